using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>A resource and its series.</summary>
public sealed class ResourceTotals
{
    internal ResourceTotals(int number, byte[] key, JobTotals job, AttributeValue[] identity)
    {
        Number = number;
        Key = key;
        Hash = ByteHash.Of(key);
        Job = job;
        IdentityValues = identity;
    }

    /// <summary>The job it belongs to.</summary>
    public JobTotals Job { get; }

    /// <summary>What tells it from other resources, sorted by name in ordinal order.</summary>
    public IReadOnlyList<AttributeValue> Identity => IdentityValues;

    /// <summary>Slots of its series, sorted by family, then by key bytes.</summary>
    public IReadOnlyList<int> Slots => SlotsInKeyOrder;

    internal int Number { get; }

    internal byte[] Key { get; }

    internal ulong Hash { get; }

    internal AttributeValue[] IdentityValues { get; }

    internal List<int> SlotsInKeyOrder { get; } = [];

    /// <summary>Slots born in the step being closed, not yet among the others.</summary>
    internal List<int> NewSlots { get; } = [];

    /// <summary>Slots with points in the step being closed, where not all have them: in key order once that is known.</summary>
    internal List<int> DueSlots { get; } = [];

    /// <summary>Whether all its slots have points in the step being closed.</summary>
    internal bool IsWholeDue { get; set; }

    /// <summary>How many of its slots end with the step being closed, as far as the calendar says; 0 between steps.</summary>
    internal int EndingSlots { get; set; }

    /// <summary>What overflowed since the newest overflow series began, as this process saw it; null while there is none.</summary>
    internal DistinctEstimate? Refused { get; set; }

    /// <summary>Last step in which a label had more values than it may have, as this process saw it.</summary>
    internal long LastReplacedStep { get; set; } = JobTotals.NoStep;

    internal long LastChangeStep { get; set; } = JobTotals.NoStep;

    /// <summary>
    /// Last step with an entry, as far as this process has seen it: unlike <see cref="LastChangeStep"/> never ahead of the step that closes.
    /// </summary>
    internal long LastSeenStep { get; set; } = JobTotals.NoStep;

    /// <summary>Whether it has left with the step that is ending.</summary>
    internal bool HasEnded { get; set; }

    /// <summary>Joins the kinds of identity values seen in a step (P-5).</summary>
    internal void JoinKinds(ReadOnlySpan<AttributeValue> identity, long step)
    {
        bool known = LastChangeStep != JobTotals.NoStep;
        LastChangeStep = step;
        for (int i = 0; i < identity.Length; i++)
        {
            AttributeValue own = IdentityValues[i];
            IdentityValues[i] = own with { Kind = known ? AttributeValue.Join(own.Kind, identity[i].Kind) : identity[i].Kind };
        }
    }
}
