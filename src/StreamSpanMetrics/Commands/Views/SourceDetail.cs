namespace StreamSpanMetrics.Commands.Views;

/// <summary>A source partition as a shard knows it.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="ExpectedOffset">First source offset that is not merged; null before the first block of a partition that came later.</param>
/// <param name="ExpectedPart">First part that is not merged of the block that begins there.</param>
/// <param name="Watermark">Its watermark; null before the first block.</param>
internal sealed record SourceDetail(int Partition, long? ExpectedOffset, uint ExpectedPart, DateTimeOffset? Watermark);
