using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Telemetry;

/// <summary>
/// What one loop tells about itself. The loop writes; anyone may read: every property is replaced as a whole, and the counters are
/// single numbers.
/// </summary>
public sealed class StageTelemetry
{
    private readonly TimeProvider time;
    private long lastBeat;
    private volatile bool hasJoined;
    private volatile IReadOnlyList<PartitionStatus>? partitions;
    private volatile IReadOnlyList<ShardStatus> shards = [];
    private volatile IReadOnlyList<KeyValuePair<string, long>> seriesByService = [];
    private volatile IReadOnlyList<LimitedService> limitedServices = [];
    private volatile int restoringShards;
    private volatile int assignedPartitions;

    /// <summary>Telemetry of a loop that has just started.</summary>
    /// <param name="metrics">Takes the loop's events.</param>
    /// <param name="stage">Stage: aggregate, merge or export.</param>
    /// <param name="thread">Number among the loops of the stage.</param>
    /// <param name="time">Measures how long ago the loop showed a sign of life.</param>
    public StageTelemetry(WorkerMetrics metrics, string stage, int thread, TimeProvider time)
    {
        Metrics = metrics;
        Stage = stage;
        Name = FormattableString.Invariant($"{stage}-{thread}");
        this.time = time;
        Beat();
        metrics.Add(this);
    }

    /// <summary>Takes events of all loops.</summary>
    public WorkerMetrics Metrics { get; }

    /// <summary>Stage: aggregate, merge or export.</summary>
    public string Stage { get; }

    /// <summary>Name of the loop in logs.</summary>
    public string Name { get; }

    /// <summary>Time since the last sign of life.</summary>
    public TimeSpan SinceBeat => time.GetElapsedTime(Volatile.Read(ref lastBeat));

    /// <summary>Whether the loop is a member of its group.</summary>
    public bool HasJoined
    {
        get => hasJoined;
        set => hasJoined = value;
    }

    /// <summary>Number of partitions owned.</summary>
    public int AssignedPartitions
    {
        get => assignedPartitions;
        set => assignedPartitions = value;
    }

    /// <summary>The partitions owned, as last looked at; null before the first look.</summary>
    public IReadOnlyList<PartitionStatus>? Partitions
    {
        get => partitions;
        set => partitions = value;
    }

    /// <summary>The shards owned.</summary>
    public IReadOnlyList<ShardStatus> Shards
    {
        get => shards;
        set => shards = value;
    }

    /// <summary>Series by service, the largest first.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> SeriesByService
    {
        get => seriesByService;
        set => seriesByService = value;
    }

    /// <summary>Services with resources at their limit of series, those with most refused keys first.</summary>
    public IReadOnlyList<LimitedService> LimitedServices
    {
        get => limitedServices;
        set => limitedServices = value;
    }

    /// <summary>Shards that the loop is restoring.</summary>
    public int RestoringShards
    {
        get => restoringShards;
        set => restoringShards = value;
    }

    /// <summary>What happened to spans; null where the loop reads none.</summary>
    public FoldCounters? Folds { get; init; }

    /// <summary>What was mended in texts; set once by the loop that folds.</summary>
    public TextCounters? Texts { get; set; }

    /// <summary>
    /// A sign of life: the loop turns, or tries again to reach a broker that is away. Cheap, and for any thread.
    /// </summary>
    public void Beat() => Beat(time.GetTimestamp());

    /// <summary>As <see cref="Beat()"/>, for callers that know the timestamp.</summary>
    public void Beat(long now) => Volatile.Write(ref lastBeat, now);
}
