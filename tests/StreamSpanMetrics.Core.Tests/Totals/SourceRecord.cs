namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>A record of the source topic: its timestamp and what it holds.</summary>
public sealed record SourceRecord(long TimestampMillis, params Observation[] Observations);
