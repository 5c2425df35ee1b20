namespace StreamSpanMetrics.Simulation.Cluster;

/// <summary>A member of a group, as the coordinator knows it.</summary>
internal sealed class GroupMember
{
    /// <summary>A new member.</summary>
    public GroupMember(string id) => Id = id;

    /// <summary>Id that the coordinator gave it.</summary>
    public string Id { get; }

    /// <summary>When it was heard of last, in ticks.</summary>
    public long HeardTicks { get; set; }

    /// <summary>Whether it has joined the rebalance that goes on.</summary>
    public bool HasJoined { get; set; }

    /// <summary>Partitions that it said it holds when it joined.</summary>
    public SortedSet<int> Claimed { get; } = [];

    /// <summary>Partitions that the last generation gives it.</summary>
    public SortedSet<int> Assigned { get; } = [];
}
