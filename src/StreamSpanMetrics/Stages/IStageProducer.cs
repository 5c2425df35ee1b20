namespace StreamSpanMetrics.Stages;

/// <summary>Writes transactions: the other half of the seam. One call at a time, from any thread.</summary>
public interface IStageProducer : IDisposable
{
    /// <summary>
    /// Writes <paramref name="records"/> and moves the offsets of <paramref name="consumer"/>'s group, all or nothing. The offsets
    /// must not be empty: without them a transaction is not fenced (A2).
    /// </summary>
    TransactionOutcome Commit(
        IReadOnlyList<OutgoingRecord> records, IReadOnlyDictionary<int, long> offsets, IStageConsumer consumer);
}
