using StreamSpanMetrics.Simulation.Scheduling;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Cluster;

/// <summary>
/// Brokers in memory, with the coordinators of groups and transactions. Calls are requests that arrive; when they arrive, and whether
/// their answers do, is for the clients and the scheduler.
/// </summary>
internal sealed class SimCluster
{
    private readonly Dictionary<string, SimTopic> topics = [];
    private readonly Dictionary<string, SimGroup> groups = [];
    private readonly Dictionary<string, int> epochs = [];
    private readonly Dictionary<string, SimTransaction> latest = [];
    private readonly List<SimTransaction> unsettled = [];
    private readonly Random random;
    private readonly VirtualTime time;
    private readonly long transactionTicks;
    private readonly long timeoutCheckTicks;
    private long nextTimeoutCheckTicks;
    private int topicNumber;

    /// <summary>An empty cluster.</summary>
    /// <param name="random">Decides when markers are written.</param>
    /// <param name="time">The clock.</param>
    /// <param name="transactionTimeout">After it a transaction is aborted, at the next look.</param>
    /// <param name="timeoutCheck">Time between two looks.</param>
    public SimCluster(Random random, VirtualTime time, TimeSpan transactionTimeout, TimeSpan timeoutCheck)
    {
        this.random = random;
        this.time = time;
        transactionTicks = transactionTimeout.Ticks;
        timeoutCheckTicks = timeoutCheck.Ticks;
    }

    /// <summary>Transactions in order of their decision.</summary>
    public List<SimTransaction> Decided { get; } = [];

    /// <summary>Whether no transaction is open, and all markers are written.</summary>
    public bool IsSettled => unsettled.Count == 0;

    /// <summary>Groups.</summary>
    public IEnumerable<SimGroup> Groups => groups.Values;

    /// <summary>A topic.</summary>
    public SimTopic Topic(string name) => topics[name];

    /// <summary>Creates a topic, or deletes and creates it.</summary>
    public SimTopic CreateTopic(string name, int partitions, bool isLogAppendTime)
    {
        foreach (SimGroup group in groups.Values.Where(group => topics.ContainsKey(name) && group.Topic() == topics[name]))
        {
            group.Forget();
        }

        topics[name] = new SimTopic(name, ++topicNumber, partitions, isLogAppendTime);
        return topics[name];
    }

    /// <summary>A group.</summary>
    public SimGroup Group(string name) => groups[name];

    /// <summary>Creates a group that reads a topic.</summary>
    public SimGroup CreateGroup(string name, string topic, TimeSpan session)
    {
        groups[name] = new SimGroup(name, () => topics[topic], random, session.Ticks, session.Ticks * 3);
        return groups[name];
    }

    /// <summary>Appends a record outside of transactions.</summary>
    public void Append(string topic, int partition, OutgoingRecord record, long timestampMillis)
    {
        SimTopic target = topics[topic];
        target.Partitions[partition].Append(target.IsLogAppendTime ? time.NowMillis : timestampMillis, record, null);
    }

    /// <summary>
    /// InitProducerId: aborts what the id left open, waits (by asking to be called again) until that is settled, and gives a new epoch.
    /// </summary>
    public ClusterError Init(string id, out int epoch)
    {
        epoch = 0;
        if (latest.TryGetValue(id, out SimTransaction? before) && before.Status != TransactionStatus.Complete)
        {
            if (before.Status == TransactionStatus.Ongoing)
            {
                epochs[id]++;
                Decide(before, false);
            }

            return ClusterError.ConcurrentTransactions;
        }

        epoch = epochs.GetValueOrDefault(id) + 1;
        epochs[id] = epoch;
        return ClusterError.None;
    }

    /// <summary>Whether a producer is the current one of its id.</summary>
    public bool IsCurrent(string id, int epoch) => epochs.GetValueOrDefault(id) == epoch;

    /// <summary>Produce, with the partition added to the transaction at the coordinator where it is new.</summary>
    public ClusterError Produce(string id, int epoch, OutgoingRecord record, int partition, long? timestampMillis = null)
    {
        SimTopic topic = topics[record.Topic];
        SimPartition target = topic.Partitions[partition];
        ClusterError error = Enlist(id, epoch, target, out SimTransaction? transaction);
        if (error == ClusterError.None)
        {
            target.Append(topic.IsLogAppendTime ? time.NowMillis : timestampMillis ?? time.NowMillis, record, transaction);
        }

        return error;
    }

    /// <summary>AddOffsetsToTxn and TxnOffsetCommit.</summary>
    public ClusterError SendOffsets(
        string id, int epoch, SimGroup group, string member, int generation, IReadOnlyDictionary<int, long> offsets)
    {
        ClusterError error = Ongoing(id, epoch, out SimTransaction? transaction);
        if (error != ClusterError.None)
        {
            return error;
        }

        if (offsets.Count == 0)
        {
            // The client has nothing to send: nobody looks at the generation.
            return ClusterError.None;
        }

        error = group.Judge(member, generation);
        if (error != ClusterError.None)
        {
            return error;
        }

        if (!transaction!.Offsets.TryGetValue(group, out SortedDictionary<int, long>? pending))
        {
            pending = [];
            transaction.Offsets.Add(group, pending);
            transaction.UnmarkedGroups.Add(group);
            group.Pending.Add(transaction);
        }

        foreach ((int partition, long offset) in offsets)
        {
            pending[partition] = offset;
        }

        return ClusterError.None;
    }

    /// <summary>EndTxn: decides; markers come later, one by one.</summary>
    public ClusterError End(string id, int epoch, bool commit)
    {
        if (!IsCurrent(id, epoch))
        {
            return ClusterError.ProducerFenced;
        }

        if (latest.TryGetValue(id, out SimTransaction? transaction) && transaction.Epoch == epoch
            && transaction.Status == TransactionStatus.Ongoing)
        {
            Decide(transaction, commit);
        }

        return ClusterError.None;
    }

    /// <summary>OffsetCommit outside of transactions.</summary>
    public ClusterError Commit(SimGroup group, string member, int generation, IReadOnlyDictionary<int, long> offsets)
    {
        ClusterError error = group.Judge(member, generation);
        foreach ((int partition, long offset) in error == ClusterError.None ? offsets : new Dictionary<int, long>())
        {
            group.Commit(partition, offset);
        }

        return error;
    }

    /// <summary>What brokers do by themselves: time-outs, markers, rebalances.</summary>
    public void Turn()
    {
        if (time.Ticks >= nextTimeoutCheckTicks)
        {
            nextTimeoutCheckTicks = time.Ticks + timeoutCheckTicks;
            foreach (SimTransaction late in unsettled.Where(IsLate).ToArray())
            {
                epochs[late.Id]++;
                Decide(late, false);
            }
        }

        for (int i = unsettled.Count - 1; i >= 0; i--)
        {
            if (unsettled[i].Status != TransactionStatus.Ongoing && random.Next(3) == 0)
            {
                WriteMarker(unsettled[i]);
            }
        }

        foreach (SimGroup group in groups.Values)
        {
            if (random.Next(4) == 0)
            {
                group.Turn(time.Ticks);
            }
        }
    }

    private bool IsLate(SimTransaction transaction) =>
        transaction.Status == TransactionStatus.Ongoing && transaction.DeadlineTicks < time.Ticks;

    private ClusterError Enlist(string id, int epoch, SimPartition target, out SimTransaction? transaction)
    {
        // The leader of the partition knows a transaction until its marker: what a client sends into one that was given up still arrives.
        bool isGivenUp = !IsCurrent(id, epoch);
        if (latest.TryGetValue(id, out transaction) && transaction.Epoch == epoch && transaction.UnmarkedPartitions.Contains(target)
            && (isGivenUp || transaction.Status == TransactionStatus.Ongoing))
        {
            return ClusterError.None;
        }

        ClusterError error = Ongoing(id, epoch, out transaction);
        if (error == ClusterError.None)
        {
            transaction!.Partitions.Add(target);
            transaction.UnmarkedPartitions.Add(target);
        }

        return error;
    }

    // The transaction of a producer; begun if there is none.
    private ClusterError Ongoing(string id, int epoch, out SimTransaction? transaction)
    {
        latest.TryGetValue(id, out transaction);
        if (!IsCurrent(id, epoch))
        {
            return ClusterError.ProducerFenced;
        }

        if (transaction is null || transaction.Status == TransactionStatus.Complete)
        {
            transaction = new SimTransaction(id, epoch, time.Ticks + transactionTicks);
            latest[id] = transaction;
            unsettled.Add(transaction);
        }

        return transaction.Status == TransactionStatus.Ongoing ? ClusterError.None : ClusterError.ConcurrentTransactions;
    }

    private void Decide(SimTransaction transaction, bool commit)
    {
        transaction.Status = commit ? TransactionStatus.PrepareCommit : TransactionStatus.PrepareAbort;
        transaction.IsCommitted = commit;
        Decided.Add(transaction);
        WriteMarkersIfNone(transaction);
    }

    // Each partition, and the group's offsets, learn of the end at their own time.
    private void WriteMarker(SimTransaction transaction)
    {
        int place = random.Next(transaction.UnmarkedPartitions.Count + transaction.UnmarkedGroups.Count);
        if (place < transaction.UnmarkedPartitions.Count)
        {
            SimPartition partition = transaction.UnmarkedPartitions[place];
            transaction.UnmarkedPartitions.RemoveAt(place);
            partition.AppendMarker(time.NowMillis, transaction);
        }
        else
        {
            SimGroup group = transaction.UnmarkedGroups[place - transaction.UnmarkedPartitions.Count];
            transaction.UnmarkedGroups.Remove(group);
            group.Pending.Remove(transaction);
            foreach ((int partition, long offset) in transaction.IsCommitted ? transaction.Offsets[group] : [])
            {
                group.Commit(partition, offset);
            }
        }

        WriteMarkersIfNone(transaction);
    }

    private void WriteMarkersIfNone(SimTransaction transaction)
    {
        if (transaction.UnmarkedPartitions.Count == 0 && transaction.UnmarkedGroups.Count == 0)
        {
            transaction.Status = TransactionStatus.Complete;
            unsettled.Remove(transaction);
        }
    }
}
