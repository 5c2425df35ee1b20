using Google.Protobuf;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>What a cut says of its source partition, the same in every block and part.</summary>
/// <param name="RulesFingerprint">Fingerprint of the rules (S2).</param>
/// <param name="SourceTopicId">Id of the source topic, 16 bytes or empty.</param>
/// <param name="SourcePartition">Partition.</param>
/// <param name="FromOffset">First offset covered (A1).</param>
/// <param name="ToOffset">First offset not covered (A1).</param>
/// <param name="SourcePartitionCount">Partitions of the source topic.</param>
/// <param name="WatermarkUnixMillis">Running maximum of the block's record timestamps, or the idle advance (T1, T3).</param>
/// <param name="First">First block of a partition that the control record does not know (S1).</param>
/// <param name="Lost">The range was lost to retention (A8).</param>
/// <param name="Held">The partition is ahead of others and waits (A7): merge must not take it for one that stands still (T4).</param>
public sealed record DeltaHeader(
    ulong RulesFingerprint,
    ByteString SourceTopicId,
    int SourcePartition,
    long FromOffset,
    long ToOffset,
    int SourcePartitionCount,
    long WatermarkUnixMillis,
    bool First = false,
    bool Lost = false,
    bool Held = false);
