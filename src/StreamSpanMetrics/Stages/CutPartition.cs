using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>What a cut holds of one source partition.</summary>
/// <param name="Number">The partition.</param>
/// <param name="ToOffset">The offset to commit.</param>
/// <param name="BlocksByShard">Its blocks.</param>
/// <param name="DeadLetters">Its dead letters.</param>
internal sealed record CutPartition(
    int Number, long ToOffset, IReadOnlyList<DeltaBlock>[] BlocksByShard, IReadOnlyList<OutgoingRecord> DeadLetters);
