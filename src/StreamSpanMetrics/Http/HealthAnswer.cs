namespace StreamSpanMetrics.Http;

/// <summary>Answer of a health page.</summary>
/// <param name="IsGood">Whether all is well: 200, else 503.</param>
/// <param name="Text">What is well, or what is not, a line each.</param>
public sealed record HealthAnswer(bool IsGood, string Text);
