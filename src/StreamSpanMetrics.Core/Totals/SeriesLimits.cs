using Google.Protobuf.Collections;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// The limit on series, by step. It is no part of the rules: a new one holds from a step on, and a replay judges older steps by the limit that
/// held then (S2).
/// </summary>
public sealed class SeriesLimits
{
    private readonly List<LimitChange> changes = [];

    /// <summary>The limit of steps to come; 0 means none.</summary>
    public int Newest => changes.Count == 0 ? 0 : (int)changes[^1].Series;

    /// <summary>The limit of a step; 0 means none.</summary>
    public int At(long step)
    {
        for (int i = changes.Count - 1; i >= 0; i--)
        {
            if (changes[i].FromStep <= step)
            {
                return (int)changes[i].Series;
            }
        }

        return 0;
    }

    /// <summary>Sets the limit of all steps from one on, which must not have been closed.</summary>
    internal void Change(long fromStep, int limit)
    {
        // A change of steps that never came is none.
        changes.RemoveAll(change => change.FromStep >= fromStep);
        if (limit != Newest)
        {
            changes.Add(new LimitChange { FromStep = fromStep, Series = (uint)limit });
        }
    }

    /// <summary>Forgets what no replay can ask for any more: limits of steps up to a closed one.</summary>
    internal void Prune(long closedStep)
    {
        while (changes.Count > 1 && changes[1].FromStep <= closedStep + 1)
        {
            changes.RemoveAt(0);
        }

        if (changes.Count > 0 && changes[0].Series == 0 && changes[0].FromStep <= closedStep + 1)
        {
            changes.RemoveAt(0);
        }
    }

    internal void Read(RepeatedField<LimitChange> from)
    {
        changes.Clear();
        foreach (LimitChange change in from)
        {
            changes.Add(change.Clone());
        }
    }

    internal void Write(RepeatedField<LimitChange> target)
    {
        foreach (LimitChange change in changes)
        {
            target.Add(change.Clone());
        }
    }

    /// <summary>Whether changes from a record can be true.</summary>
    internal static bool AreConsistent(RepeatedField<LimitChange> changes)
    {
        for (int i = 0; i < changes.Count; i++)
        {
            if (changes[i].Series > int.MaxValue || (i > 0 && changes[i].FromStep <= changes[i - 1].FromStep))
            {
                return false;
            }
        }

        return true;
    }
}
