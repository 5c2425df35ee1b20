using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>What a shard's state has to know of the rules. Immutable; part of the rules fingerprint (S2), save limits.</summary>
public sealed record ShardRules
{
    /// <summary>Number of this shard, from 0.</summary>
    public int Shard { get; init; }

    /// <summary>Fingerprint of the rules (S2): blocks, progress and chunks with another one are refused.</summary>
    public ulong RulesFingerprint { get; init; }

    /// <summary>Length of a step in milliseconds, at least 1.</summary>
    public long IntervalMillis { get; init; } = 15_000;

    /// <summary>Idle stream time in milliseconds after which a series expires; 0 means never.</summary>
    public long ExpiryMillis { get; init; } = 3_600_000;

    /// <summary>Stream time in milliseconds without any entry after which all series of a resource expire; 0 means never.</summary>
    public long ResourceExpiryMillis { get; init; }

    /// <summary>When a series is sent.</summary>
    public EmissionRules Emission { get; init; } = EmissionRules.All;

    /// <summary>How the durations of a series are kept; nothing without that metric.</summary>
    public HistogramShape Histogram { get; init; }

    /// <summary>
    /// Most series of a family that a resource may have besides its overflow series; 0 means no limit. Another one than before holds from
    /// the next step on (S2).
    /// </summary>
    public int SeriesLimit { get; init; }

    /// <summary>
    /// Most values of a label in the series of a resource; 0 means no limit. Another one than before holds from the next step on (S2).
    /// </summary>
    public int LabelLimit { get; init; }

    /// <summary>Most exemplars of a point, 0 for none. A limit: it may change from one start to the next (S2).</summary>
    public int MaxExemplars { get; init; }

    /// <summary>Families and their dimensions, which give series keys their shape.</summary>
    public required SeriesLayout Layout { get; init; }

    /// <summary>Steps without a change after which a series expires; <see cref="long.MaxValue"/> means never.</summary>
    public long ExpirySteps => StepsOf(ExpiryMillis);

    /// <summary>Steps without an entry after which the series of a resource expire; <see cref="long.MaxValue"/> means never.</summary>
    public long ResourceExpirySteps => StepsOf(ResourceExpiryMillis);

    /// <summary>floor(<paramref name="unixMillis"/> / interval), also for times before 1970.</summary>
    public long StepOf(long unixMillis)
    {
        long step = unixMillis / IntervalMillis;
        return unixMillis % IntervalMillis < 0 ? step - 1 : step;
    }

    internal StepLimits Limits => new(SeriesLimit, LabelLimit);

    private long StepsOf(long millis) => millis <= 0 ? long.MaxValue : ((millis - 1) / IntervalMillis) + 1;

    /// <summary>Number of dimensions by family; -1 where the rules have no such family.</summary>
    internal int[] DimensionCounts()
    {
        int[] counts = new int[Layout.FamilyCount];
        for (int family = 0; family < counts.Length; family++)
        {
            counts[family] = Layout.Has((SeriesFamily)family) ? Layout.Names((SeriesFamily)family).Length : -1;
        }

        return counts;
    }
}
