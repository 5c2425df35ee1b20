using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Scheduling;

namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>
/// What a client knows of its membership. The background learns and joins; changes of ownership wait until the loop polls, and while one
/// of them waits the client does not join again.
/// </summary>
internal sealed class MemberState(SimGroup group, VirtualTime time)
{
    private bool hasLost;
    private bool isChanging;
    private List<int>? revoked;
    private List<int>? added;

    /// <summary>Whether it takes part in the group.</summary>
    public bool IsActive { get; set; }

    /// <summary>Id given by the group; empty without membership.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Generation; it stays when membership is lost.</summary>
    public int Generation { get; private set; } = -1;

    /// <summary>Partitions that the client takes for its own.</summary>
    public SortedSet<int> Claimed { get; } = [];

    /// <summary>Whether a poll would call a handler.</summary>
    public bool HasNews => hasLost || (isChanging && revoked is not null);

    /// <summary>A heartbeat, and what follows from its answer.</summary>
    public void Background()
    {
        if (!IsActive || hasLost)
        {
            return;
        }

        if (Id.Length == 0)
        {
            Id = group.Join("", [], time.Ticks);
            return;
        }

        ClusterError answer = group.Heartbeat(Id, time.Ticks);
        if (answer == ClusterError.UnknownMember)
        {
            Id = "";
            hasLost = true;
        }
        else if (answer == ClusterError.RebalanceInProgress && !isChanging)
        {
            group.Join(Id, Claimed, time.Ticks);
        }
        else if (answer == ClusterError.None && !group.IsRebalancing && Generation != group.Generation && !isChanging)
        {
            Learn();
        }
    }

    /// <summary>All partitions, if membership was lost.</summary>
    public List<int>? TakeLoss()
    {
        if (!hasLost)
        {
            return null;
        }

        List<int> all = [.. Claimed];
        Claimed.Clear();
        return all;
    }

    /// <summary>The handler has returned: the client may join again.</summary>
    public void LossIsServed()
    {
        hasLost = false;
        isChanging = false;
        revoked = null;
        added = null;
    }

    /// <summary>Partitions to give back and new ones, if the generation has changed something.</summary>
    public (List<int> Revoked, List<int> Added)? TakeChange()
    {
        if (!isChanging || revoked is null)
        {
            return null;
        }

        (List<int> Revoked, List<int> Added) change = (revoked, added!);
        Claimed.UnionWith(added!);
        revoked = null;
        return change;
    }

    /// <summary>The handlers have returned. What was given back is free for others after the next rebalance.</summary>
    public void ChangeIsServed(List<int> given)
    {
        isChanging = false;
        Claimed.ExceptWith(given);
        if (given.Count > 0 && Id.Length > 0 && group.Heartbeat(Id, time.Ticks) != ClusterError.UnknownMember)
        {
            group.Join(Id, Claimed, time.Ticks);
        }
    }

    /// <summary>Leaves for good.</summary>
    public void Leave()
    {
        IsActive = false;
        if (Id.Length > 0)
        {
            group.Leave(Id, time.Ticks);
        }

        Id = "";
        Claimed.Clear();
    }

    private void Learn()
    {
        Generation = group.Generation;
        SortedSet<int> assigned = group.AssignmentOf(Id);
        List<int> leaving = [.. Claimed.Except(assigned)];
        List<int> coming = [.. assigned.Except(Claimed)];
        if (leaving.Count > 0 || coming.Count > 0)
        {
            (revoked, added, isChanging) = (leaving, coming, true);
        }
    }
}
