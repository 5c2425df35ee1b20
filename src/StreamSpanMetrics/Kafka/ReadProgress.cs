namespace StreamSpanMetrics.Kafka;

/// <summary>How far the reading of a partition is.</summary>
/// <param name="Topic">Its topic.</param>
/// <param name="Partition">Its number.</param>
/// <param name="Done">Offsets passed, transaction markers and what was compacted away included.</param>
/// <param name="Total">Offsets to pass.</param>
internal readonly record struct ReadProgress(string Topic, int Partition, long Done, long Total);
