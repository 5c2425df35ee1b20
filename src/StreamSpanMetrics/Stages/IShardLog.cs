using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>Reads what a shard is restored from (M1). Read committed, without a group.</summary>
public interface IShardLog : IDisposable
{
    /// <summary>
    /// All records of the shard's partition of the state topic, up to the end that it had, uncommitted records included, when the
    /// call began: an end below that could hide a record of a transaction that is just being settled.
    /// </summary>
    StateContents ReadState(int shard, CancellationToken cancel);

    /// <summary>End of the shard's partition of the state topic; null without an answer. May be called beside everything else.</summary>
    Task<long?> StateEndAsync(int shard);

    /// <summary>
    /// Delta batches from <paramref name="fromOffset"/> up to, not including, <paramref name="toOffset"/>, with their offsets, in
    /// order; null for a record that is no batch.
    /// </summary>
    IEnumerable<KeyValuePair<long, DeltaBatch?>> ReadDeltas(int shard, long fromOffset, long toOffset, CancellationToken cancel);
}
