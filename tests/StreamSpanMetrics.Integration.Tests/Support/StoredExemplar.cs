namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>An exemplar as Prometheus has it.</summary>
/// <param name="SeriesLabels">Labels of its series.</param>
/// <param name="Labels">Its own labels.</param>
/// <param name="TimestampMillis">Milliseconds since 1970.</param>
/// <param name="Value">Its value.</param>
public sealed record StoredExemplar(
    IReadOnlyDictionary<string, string> SeriesLabels, IReadOnlyDictionary<string, string> Labels, long TimestampMillis, double Value);
