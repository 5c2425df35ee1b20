using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Scheduling;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>
/// A transactional producer over the simulated cluster, with the same sorting of errors as the real one. Every request is a point at which
/// the worker may stall or die, and its answer may be lost.
/// </summary>
internal sealed class SimProducer(Scheduler scheduler, SimCluster cluster, string id, Faults faults) : IStageProducer
{
    private int? epoch;

    /// <inheritdoc/>
    public TransactionOutcome Commit(
        IReadOnlyList<OutgoingRecord> records, IReadOnlyDictionary<int, long> offsets, IStageConsumer consumer)
    {
        SimConsumer group = (SimConsumer)consumer;
        scheduler.Point("begins a transaction");
        if (!group.IsMember)
        {
            return TransactionOutcome.Aborted;
        }

        Prepare();
        // Records travel on their own: the request with the offsets may overtake any of them.
        int offsetsAt = faults.Random.Next(records.Count + 1);
        for (int i = 0; i <= records.Count; i++)
        {
            TransactionOutcome? end = i == offsetsAt ? SendOffsets(group, offsets) : null;
            end ??= i < records.Count ? Produce(records[i]) : null;
            if (end is TransactionOutcome outcome)
            {
                return outcome;
            }
        }

        return End();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The coordinator does not notice.
    }

    private void Prepare()
    {
        while (epoch is null)
        {
            scheduler.Point("registers its id");
            if (cluster.Init(id, out int given) == ClusterError.None)
            {
                epoch = given;
            }
            else
            {
                scheduler.Sleep("registers again", faults.UpTo(100), null);
            }
        }
    }

    private TransactionOutcome? Produce(OutgoingRecord record)
    {
        int partition = record.Partition >= 0 ? record.Partition : faults.Random.Next(cluster.Topic(record.Topic).Partitions.Count);
        if (faults.Random.Next(3) == 0)
        {
            // Most records travel together with the one before.
            scheduler.Point("produces");
        }

        while (true)
        {
            ClusterError error = cluster.Produce(id, epoch!.Value, record, partition);
            if (error == ClusterError.None)
            {
                break;
            }

            if (error == ClusterError.ProducerFenced)
            {
                return AfterFence();
            }

            scheduler.Sleep("waits for its last transaction", faults.UpTo(50), null);
        }

        return Trouble();
    }

    private TransactionOutcome? SendOffsets(SimConsumer group, IReadOnlyDictionary<int, long> offsets)
    {
        while (true)
        {
            scheduler.Point("sends offsets");
            // Membership is read at this moment, not earlier.
            (string member, int generation) = group.Metadata;
            ClusterError error = cluster.SendOffsets(id, epoch!.Value, group.Group, member, generation, offsets);
            switch (error)
            {
                case ClusterError.None:
                    return Trouble();
                case ClusterError.ProducerFenced:
                    return AfterFence();
                case ClusterError.ConcurrentTransactions:
                    scheduler.Sleep("waits for its last transaction", faults.UpTo(50), null);
                    break;
                default:
                    return Abort();
            }
        }
    }

    private TransactionOutcome End()
    {
        scheduler.Point("commits");
        if (faults.Happens(40))
        {
            return Abort();
        }

        bool isLost = faults.Happens(60);
        if (isLost && faults.Random.Next(2) == 0)
        {
            // The request itself never arrives.
            return Replace();
        }

        ClusterError error = cluster.End(id, epoch!.Value, true);
        scheduler.Point("hears of its commit");
        if (isLost)
        {
            return Replace();
        }

        return error == ClusterError.None ? TransactionOutcome.Committed : TransactionOutcome.Fenced;
    }

    private TransactionOutcome Abort()
    {
        scheduler.Point("aborts");
        if (faults.Happens(60))
        {
            return Replace();
        }

        ClusterError error = cluster.End(id, epoch!.Value, false);
        scheduler.Point("hears of its abort");
        return error == ClusterError.None ? TransactionOutcome.Aborted : TransactionOutcome.Fenced;
    }

    // The coordinator has given the transaction up. Where it says so to a produce request the client may get a new epoch and go on.
    private TransactionOutcome AfterFence()
    {
        if (faults.Random.Next(2) == 0)
        {
            return TransactionOutcome.Fenced;
        }

        epoch = null;
        Prepare();
        return TransactionOutcome.Aborted;
    }

    // In the middle of a transaction: an error that wants an abort, or a request without an answer.
    private TransactionOutcome? Trouble()
    {
        if (faults.Happens(6))
        {
            return Abort();
        }

        return faults.Happens(6) ? Replace() : null;
    }

    // The outcome is not known: a new client takes the id over, which settles the old transaction, one way or the other.
    private TransactionOutcome Replace()
    {
        epoch = null;
        Prepare();
        return TransactionOutcome.Unknown;
    }
}
