namespace StreamSpanMetrics.Simulation.Cluster;

/// <summary>
/// A consumer group under the cooperative protocol, as its coordinator runs it. Commits are judged by member and generation, never by
/// partition: a member can commit a partition that it has lost, as long as it is in the current generation.
/// </summary>
internal sealed class SimGroup
{
    private readonly SortedDictionary<string, GroupMember> members = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, long> committed = [];
    private readonly Dictionary<int, string> wanted = [];
    private readonly Random random;
    private readonly long sessionTicks;
    private readonly long rebalanceTicks;
    private int memberNumber;
    private long deadlineTicks;

    /// <summary>An empty group that reads one topic.</summary>
    public SimGroup(string name, Func<SimTopic> topic, Random random, long sessionTicks, long rebalanceTicks)
    {
        Name = name;
        Topic = topic;
        this.random = random;
        this.sessionTicks = sessionTicks;
        this.rebalanceTicks = rebalanceTicks;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The topic it reads.</summary>
    public Func<SimTopic> Topic { get; }

    /// <summary>Its generation.</summary>
    public int Generation { get; private set; }

    /// <summary>Whether partitions are being moved.</summary>
    public bool IsRebalancing { get; private set; }

    /// <summary>Members.</summary>
    public IReadOnlyCollection<GroupMember> Members => members.Values;

    /// <summary>Committed offsets, by partition.</summary>
    public IReadOnlyDictionary<int, long> Committed => committed;

    /// <summary>
    /// Highest offsets of commits that never arrived, by partition: what lies before them is done all the same, and nobody says so again
    /// where no record follows.
    /// </summary>
    public Dictionary<int, long> LostCommits { get; } = [];

    /// <summary>Transactions that have sent offsets and are not settled here.</summary>
    public List<SimTransaction> Pending { get; } = [];

    /// <summary>Whether offsets of a partition are on their way in a transaction: no stable answer then.</summary>
    public bool IsUnstable(int partition) =>
        Pending.Exists(transaction => transaction.Offsets[this].ContainsKey(partition));

    /// <summary>A member joins, or joins again with what it holds; without an id it gets one.</summary>
    public string Join(string id, IEnumerable<int> claimed, long nowTicks)
    {
        if (!members.TryGetValue(id, out GroupMember? member))
        {
            member = new GroupMember($"{Name}-{++memberNumber:0000}");
            members.Add(member.Id, member);
        }

        Trigger(nowTicks);
        member.HasJoined = true;
        member.HeardTicks = nowTicks;
        member.Claimed.Clear();
        member.Claimed.UnionWith(claimed);
        return member.Id;
    }

    /// <summary>A sign of life.</summary>
    public ClusterError Heartbeat(string id, long nowTicks)
    {
        if (!members.TryGetValue(id, out GroupMember? member))
        {
            return ClusterError.UnknownMember;
        }

        member.HeardTicks = nowTicks;
        return IsRebalancing && !member.HasJoined ? ClusterError.RebalanceInProgress : ClusterError.None;
    }

    /// <summary>What the current generation gives a member.</summary>
    public SortedSet<int> AssignmentOf(string id) => members[id].Assigned;

    /// <summary>A member leaves.</summary>
    public void Leave(string id, long nowTicks)
    {
        if (members.Remove(id))
        {
            Trigger(nowTicks);
        }
    }

    /// <summary>Members move partitions to others, for no reason that they could know.</summary>
    public void Shuffle(long nowTicks)
    {
        if (members.Count > 0)
        {
            wanted.Clear();
            Trigger(nowTicks);
        }
    }

    /// <summary>Starts a rebalance, as when the topic has grown.</summary>
    public void Trigger(long nowTicks)
    {
        if (!IsRebalancing)
        {
            IsRebalancing = true;
            deadlineTicks = nowTicks + rebalanceTicks;
        }
    }

    /// <summary>Expels members that were not heard of, and ends a rebalance when all have joined or the time is over.</summary>
    public void Turn(long nowTicks)
    {
        GroupMember? silent = null;
        foreach (GroupMember member in members.Values)
        {
            silent = nowTicks - member.HeardTicks > sessionTicks ? member : silent;
        }

        if (silent is not null)
        {
            Leave(silent.Id, nowTicks);
        }

        if (!IsRebalancing)
        {
            return;
        }

        if (nowTicks > deadlineTicks)
        {
            foreach (GroupMember late in members.Values.Where(member => !member.HasJoined).ToArray())
            {
                members.Remove(late.Id);
            }
        }

        if (members.Values.All(member => member.HasJoined))
        {
            Complete();
        }
    }

    /// <summary>Judges a commit: the member has to be known, and of this generation.</summary>
    public ClusterError Judge(string id, int generation)
    {
        if (!members.ContainsKey(id))
        {
            // A consumer that has never joined is taken for one that manages its partitions itself.
            return id.Length == 0 && generation < 0 ? ClusterError.None : ClusterError.UnknownMember;
        }

        return generation == Generation ? ClusterError.None : ClusterError.IllegalGeneration;
    }

    /// <summary>Sets a committed offset.</summary>
    public void Commit(int partition, long offset) => committed[partition] = offset;

    /// <summary>The topic was deleted, and with it what the group knows of it.</summary>
    public void Forget() => committed.Clear();

    private void Complete()
    {
        Generation++;
        IsRebalancing = false;
        string[] ids = [.. members.Keys];
        foreach (GroupMember member in members.Values)
        {
            member.Assigned.Clear();
            member.HasJoined = false;
        }

        for (int partition = 0; partition < Topic().Partitions.Count && ids.Length > 0; partition++)
        {
            if (!wanted.TryGetValue(partition, out string? id) || !members.ContainsKey(id))
            {
                id = ids[random.Next(ids.Length)];
                wanted[partition] = id;
            }

            // What another member still holds is given only when that one has let it go.
            if (members.Values.All(other => other.Id == id || !other.Claimed.Contains(partition)))
            {
                members[id].Assigned.Add(partition);
            }
        }
    }
}
