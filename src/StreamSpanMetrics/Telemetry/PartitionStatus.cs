namespace StreamSpanMetrics.Telemetry;

/// <summary>How a partition stood when it was last looked at.</summary>
/// <param name="Partition">Number.</param>
/// <param name="LagRecords">Offsets between the position and the end of the log.</param>
/// <param name="LagSeconds">Age of the newest record read; 0 at the end; null if none was read yet although there are some.</param>
/// <param name="WatermarkMillis">Watermark in milliseconds since 1970; null where it has none.</param>
/// <param name="IsPaused">Whether it is not being read just now.</param>
/// <param name="UnstableRecords">High watermark minus last stable offset.</param>
/// <param name="UnstableAgeSeconds">For how long the last stable offset has stood still in front of records.</param>
public sealed record PartitionStatus(
    int Partition, long LagRecords, double? LagSeconds, long? WatermarkMillis, bool IsPaused, long UnstableRecords, double UnstableAgeSeconds);
