using Google.Protobuf.Collections;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// The limits on series and values of labels, by step. They are no part of the rules: new ones hold from a step on, and a replay judges older
/// steps by those that held then (S2).
/// </summary>
public sealed class SeriesLimits
{
    private readonly List<LimitChange> changes = [];

    /// <summary>The limits of steps to come.</summary>
    public StepLimits Newest => changes.Count == 0 ? default : LimitsOf(changes[^1]);

    /// <summary>The limits of a step.</summary>
    public StepLimits At(long step)
    {
        for (int i = changes.Count - 1; i >= 0; i--)
        {
            if (changes[i].FromStep <= step)
            {
                return LimitsOf(changes[i]);
            }
        }

        return default;
    }

    /// <summary>Sets the limits of all steps from one on, which must not have been closed.</summary>
    internal void Change(long fromStep, StepLimits limits)
    {
        // A change of steps that never came is none.
        changes.RemoveAll(change => change.FromStep >= fromStep);
        if (limits != Newest)
        {
            changes.Add(new LimitChange { FromStep = fromStep, Series = (uint)limits.Series, LabelValues = (uint)limits.LabelValues });
        }
    }

    /// <summary>Forgets what no replay can ask for any more: limits of steps up to a closed one.</summary>
    internal void Prune(long closedStep)
    {
        while (changes.Count > 1 && changes[1].FromStep <= closedStep + 1)
        {
            changes.RemoveAt(0);
        }

        if (changes.Count > 0 && !LimitsOf(changes[0]).IsAny && changes[0].FromStep <= closedStep + 1)
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
            bool isInOrder = i == 0 || changes[i].FromStep > changes[i - 1].FromStep;
            if (changes[i].Series > int.MaxValue || changes[i].LabelValues > int.MaxValue || !isInOrder)
            {
                return false;
            }
        }

        return true;
    }

    private static StepLimits LimitsOf(LimitChange change) => new((int)change.Series, (int)change.LabelValues);
}
