namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>One bucket series of a duration histogram.</summary>
/// <param name="Series">The series.</param>
/// <param name="UpperBound">The label <c>le</c>.</param>
public sealed record BucketName(SeriesName Series, string UpperBound);
