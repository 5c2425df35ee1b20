using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>Transactions on the memory log that end as the test says; without a word they succeed.</summary>
internal sealed class MemoryProducer(MemoryLog log) : IStageProducer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualResetEventSlim gate = new(true);
    private readonly List<MemoryTransaction> attempts = [];
    private readonly Queue<TransactionFault> faults = [];

    /// <summary>All transactions so far.</summary>
    public IReadOnlyList<MemoryTransaction> Attempts
    {
        get
        {
            lock (attempts)
            {
                return [.. attempts];
            }
        }
    }

    /// <summary>How the next transactions end.</summary>
    public void Fail(params TransactionFault[] next)
    {
        foreach (TransactionFault fault in next)
        {
            faults.Enqueue(fault);
        }
    }

    /// <summary>From now on a transaction does not end before <see cref="Release"/>.</summary>
    public void Hold() => gate.Reset();

    /// <summary>Lets the transaction that is held, and all later ones, end.</summary>
    public void Release() => gate.Set();

    public TransactionOutcome Commit(
        IReadOnlyList<OutgoingRecord> records, IReadOnlyDictionary<int, long> offsets, IStageConsumer consumer)
    {
        Assert.NotEmpty(offsets);
        Assert.True(gate.Wait(Patience), "A transaction was held and never released.");
        TransactionFault fault = faults.TryDequeue(out TransactionFault next) ? next : TransactionFault.None;
        if (fault == TransactionFault.CrashBefore)
        {
            throw new SimulatedCrashException();
        }

        TransactionOutcome outcome = log.Commit([.. records], offsets, (MemoryConsumer)consumer, fault);
        lock (attempts)
        {
            attempts.Add(new MemoryTransaction([.. records], new Dictionary<int, long>(offsets), outcome));
        }

        return fault == TransactionFault.CrashAfter ? throw new SimulatedCrashException() : outcome;
    }

    public void Dispose() => gate.Dispose();
}
