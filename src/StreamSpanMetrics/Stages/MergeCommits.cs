using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>Decides when which shard's transaction is made, and what follows from its end. Polling thread only.</summary>
internal sealed class MergeCommits
{
    private const long EagerCommitBytes = 1024 * 1024;

    /// <summary>
    /// Attempts within a handler of revocation, whose time is short. What is not written then is done again by the next owner.
    /// </summary>
    private const int MaxAttemptsInHandler = 3;

    /// <summary>Points wait at most this long for others of their shard while batches keep coming.</summary>
    private static readonly TimeSpan MaxPointWait = TimeSpan.FromMilliseconds(200);

    /// <summary>Progress without points is written this often: it only saves reading again.</summary>
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<int, MergeShard> shards;
    private readonly MergeCommitter committer;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;

    public MergeCommits(
        SortedDictionary<int, MergeShard> shards, MergeCommitter committer, StageTelemetry telemetry, TimeProvider time)
    {
        this.shards = shards;
        this.committer = committer;
        this.telemetry = telemetry;
        this.time = time;
    }

    /// <summary>The shard whose transaction is next: it only waits for its piece of the state.</summary>
    public MergeShard? Next { get; private set; }

    /// <summary>Whether a transaction is on its way.</summary>
    public bool IsBusy => committer.Current is not null;

    /// <summary>Bytes of all points that are made and not known to be written.</summary>
    public long UnwrittenBytes
    {
        get
        {
            long bytes = committer.Current?.Bytes ?? 0;
            foreach (MergeShard shard in shards.Values)
            {
                bytes += shard.Pending.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>Chooses the next shard, if no transaction is on its way: of those that are due, the one that has waited longest.</summary>
    /// <param name="idle">Whether the last poll brought nothing.</param>
    public void Turn(bool idle)
    {
        if (IsBusy || Next is not null)
        {
            return;
        }

        foreach (MergeShard shard in shards.Values)
        {
            if (IsDue(shard, idle) && (Next is null || shard.LastCommit < Next.LastCommit))
            {
                Next = shard;
            }
        }
    }

    /// <summary>Starts the transaction of the next shard, whose piece of the state is complete or cannot be written now.</summary>
    public void StartNext()
    {
        MergeShard shard = Next ?? throw new InvalidOperationException("No transaction is due.");
        Next = null;
        committer.Start(shard.MakeTransaction(withChunk: true));
    }

    /// <summary>Looks for the end of the transaction on its way; returns a shard that has to be restored.</summary>
    public MergeShard? Settle() => Settle(committer.Poll());

    /// <summary>Waits for the attempt on its way, so that the producer is free; returns as <see cref="Settle()"/>.</summary>
    public MergeShard? Wait()
    {
        MergeShard? broken = Settle(committer.Wait());
        if (committer.Current is MergeTransaction waiting && !IsOurs(waiting.Shard))
        {
            committer.Drop();
        }

        return broken;
    }

    /// <summary>Writes all that a leaving shard has ready, inside the handler of its revocation; the producer is free.</summary>
    public void WriteInHandler(MergeShard leaving)
    {
        if (committer.Current is MergeTransaction waiting && waiting.Shard == leaving)
        {
            committer.Drop();
            if (!WriteInHandler(waiting))
            {
                return;
            }
        }

        if (leaving.Pending.HasProgress)
        {
            WriteInHandler(leaving.MakeTransaction(withChunk: false));
        }
    }

    /// <summary>A shard is no longer ours.</summary>
    public void Forget(MergeShard shard)
    {
        if (Next == shard)
        {
            Next = null;
        }
    }

    /// <summary>Waits for what is on its way, whatever comes of it.</summary>
    public void Drain() => committer.Drain();

    private bool WriteInHandler(MergeTransaction transaction)
    {
        TransactionOutcome outcome = TransactionOutcome.Aborted;
        for (int attempt = 0; outcome == TransactionOutcome.Aborted && attempt < MaxAttemptsInHandler; attempt++)
        {
            outcome = committer.Write(transaction);
        }

        Tell(transaction, outcome);
        return outcome == TransactionOutcome.Committed;
    }

    private MergeShard? Settle((MergeTransaction Transaction, TransactionOutcome Outcome)? end)
    {
        if (end is not (MergeTransaction transaction, TransactionOutcome outcome))
        {
            return null;
        }

        Tell(transaction, outcome);
        return outcome == TransactionOutcome.Unknown && IsOurs(transaction.Shard) ? transaction.Shard : null;
    }

    private void Tell(MergeTransaction transaction, TransactionOutcome outcome)
    {
        if (outcome == TransactionOutcome.Fenced)
        {
            throw new StageStoppedException(Messages.Fenced(telemetry.Name));
        }

        if (outcome == TransactionOutcome.Committed)
        {
            telemetry.Metrics.PointRecords(transaction.Points);
        }
    }

    // In the middle of a step only what fills a transaction is written (M5).
    private bool IsDue(MergeShard shard, bool idle)
    {
        if (shard.State.ClosingStep is not null || !shard.Pending.HasProgress)
        {
            return shard.IsFull;
        }

        TimeSpan since = time.GetElapsedTime(shard.LastCommit);
        return shard.Pending.Count > 0
            ? shard.IsFull || (idle && !shard.HasWork) || shard.Pending.Bytes >= EagerCommitBytes || since > MaxPointWait
            : since > ProgressInterval;
    }

    private bool IsOurs(MergeShard shard) => shards.TryGetValue(shard.Number, out MergeShard? owned) && owned == shard;
}
