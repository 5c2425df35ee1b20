namespace StreamSpanMetrics.Kafka;

/// <summary>Offsets of a partition.</summary>
/// <param name="From">The first one.</param>
/// <param name="To">The first one behind the range.</param>
internal readonly record struct OffsetRange(long From, long To);
