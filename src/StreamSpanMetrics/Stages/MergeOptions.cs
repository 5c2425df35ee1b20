using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Stages;

/// <summary>What the merge loop needs to know.</summary>
public sealed record MergeOptions
{
    /// <summary>Topic with delta batches.</summary>
    public required string DeltasTopic { get; init; }

    /// <summary>Topic for progress and snapshots.</summary>
    public required string StateTopic { get; init; }

    /// <summary>Topic for point records.</summary>
    public required string MetricsTopic { get; init; }

    /// <summary>How totals become points.</summary>
    public required PointRules Points { get; init; }

    /// <summary>Families and dimensions.</summary>
    public required SeriesLayout Layout { get; init; }

    /// <summary>Fingerprint of the rules (S2).</summary>
    public required ulong RulesFingerprint { get; init; }

    /// <summary>How a user repairs what stops a shard.</summary>
    public RepairCommands Repair { get; init; } = new(SettingsFile: null);

    /// <summary>What can stop a shard, in words.</summary>
    public ShardProblems Problems => new(DeltasTopic, StateTopic, Repair);

    /// <summary>What a step does when a source partition stands still (T4).</summary>
    public required ClosePolicy ClosePolicy { get; init; }

    /// <summary>How long it may.</summary>
    public required TimeSpan BoundedAfter { get; init; }

    /// <summary>
    /// The log forgets offsets sent in transactions: only the demo's in-process broker does. Every shard starts empty then.
    /// </summary>
    public bool OffsetsAreForgotten { get; init; }

    /// <summary>
    /// Partitions of the source topic; used only where <see cref="OffsetsAreForgotten"/>, else the control record says it.
    /// </summary>
    public int SourcePartitions { get; init; }

    /// <summary>With it the loop ends once every shard is drained; without, it goes on.</summary>
    public DrainGoal? Drain { get; init; }

    /// <summary>Largest transaction, in bytes (M5).</summary>
    public int MaxTransactionBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>
    /// How long a loop may work before it polls again. One portion of work, such as making a record, can make it some milliseconds longer.
    /// </summary>
    public TimeSpan SliceDuration { get; init; } = TimeSpan.FromMilliseconds(4);

    /// <summary>
    /// How many series a loop may handle before it polls again, whatever the clock says; where no clock moves, slices end by this alone.
    /// </summary>
    public int MaxSliceWork { get; init; } = int.MaxValue;

    /// <summary>
    /// Shards that are restored at the same time; the others wait. Each holds the shard's snapshot and what it becomes in memory.
    /// </summary>
    public int MaxRestores { get; init; } = 2;
}
