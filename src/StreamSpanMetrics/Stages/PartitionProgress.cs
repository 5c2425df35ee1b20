namespace StreamSpanMetrics.Stages;

/// <summary>How far a loop has come in a partition.</summary>
/// <param name="Partition">Number.</param>
/// <param name="NextOffset">Offset of the next record to be read.</param>
/// <param name="NewestMillis">Newest timestamp read, in milliseconds since 1970; 0 before the first record.</param>
/// <param name="WatermarkMillis">Watermark in milliseconds since 1970; null where the stage has none.</param>
/// <param name="IsPaused">Whether it is not being read just now.</param>
internal readonly record struct PartitionProgress(int Partition, long NextOffset, long NewestMillis, long? WatermarkMillis, bool IsPaused);
