using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>What a seed makes of a world: its size, its rules and what may happen in it.</summary>
internal sealed class Plan
{
    /// <summary>Source topic.</summary>
    public const string Source = "spans";

    /// <summary>Deltas topic.</summary>
    public const string Deltas = "app.deltas";

    /// <summary>State topic.</summary>
    public const string State = "app.state";

    /// <summary>Metrics topic.</summary>
    public const string Metrics = "metrics";

    /// <summary>Topic of dead letters.</summary>
    public const string DeadLetters = "app.dlq";

    /// <summary>Fingerprint of the rules of all worlds.</summary>
    public const ulong Fingerprint = 7;

    /// <summary>Length of a step in milliseconds.</summary>
    public const long IntervalMillis = 5_000;

    /// <summary>Steps without change after which a series ends.</summary>
    public const long ExpirySteps = 6;

    /// <summary>A source partition that stands still for so long is given up where the policy allows it.</summary>
    public static readonly TimeSpan BoundedAfter = TimeSpan.FromSeconds(25);

    /// <summary>A plan from a seed.</summary>
    public Plan(int seed)
    {
        Seed = seed;
        Random random = new(seed);
        Shards = random.Next(1, 4);
        SourcePartitions = random.Next(1, 4);
        WorkersPerStage = random.Next(1, 4);
        IsLogAppendTime = random.Next(2) == 0;
        Records = random.Next(30, 80);
        Duration = TimeSpan.FromSeconds(random.Next(40, 75));
        FaultRate = new[] { 0.3, 1, 1, 2.5 }[random.Next(4)];
        StepsPerDisturbance = new[] { 60, 120, 120, 400 }[random.Next(4)];
        HasStableIds = random.Next(2) == 0;
        Grows = random.Next(5) == 0;
        Truncates = random.Next(7) == 0;
        Recreates = random.Next(25) == 0;
        HasStuckOwners = random.Next(6) == 0;
        HasSourceTransactions = random.Next(4) == 0;
        HasClocksFarAhead = !IsLogAppendTime && random.Next(6) == 0;
        MaxPartBytes = random.Next(3) == 0 ? 800_000 : random.Next(100, 900);
        MaxBatchBytes = random.Next(3) == 0 ? 900_000 : random.Next(200, 2000);
        MaxTransactionBytes = random.Next(3) == 0 ? 1_000_000 : random.Next(500, 6000);
        MaxPointRecordBytes = random.Next(2) == 0 ? 900_000 : random.Next(600, 3000);
        MaxRequestBytes = random.Next(2) == 0 ? 1_000_000 : random.Next(900, 6000);
        SeriesLimit = random.Next(3) == 0 ? random.Next(1, 5) : 0;
    }

    /// <summary>The seed.</summary>
    public int Seed { get; }

    /// <summary>When a series is sent; in two worlds of three at every step (P-1). Not drawn, so that worlds stay what they were.</summary>
    public EmissionRules Emission => Seed % 3 != 1 ? EmissionRules.All : new EmissionRules
    {
        Mode = EmissionMode.Changed, ActiveMillis = Seed / 3 % 3 * IntervalMillis, HeartbeatMillis = ((Seed / 9 % 3) + 1) * IntervalMillis,
    };

    /// <summary>Number of shards.</summary>
    public int Shards { get; }

    /// <summary>Partitions of the source topic at the first start.</summary>
    public int SourcePartitions { get; }

    /// <summary>Workers of each stage.</summary>
    public int WorkersPerStage { get; }

    /// <summary>Whether the source topic has the broker's timestamps.</summary>
    public bool IsLogAppendTime { get; }

    /// <summary>Records of the workload.</summary>
    public int Records { get; }

    /// <summary>How long the workload takes.</summary>
    public TimeSpan Duration { get; }

    /// <summary>How often requests go wrong; 1 is usual.</summary>
    public double FaultRate { get; }

    /// <summary>Steps of the scheduler between two disturbances, on average.</summary>
    public int StepsPerDisturbance { get; }

    /// <summary>Whether a worker that starts again takes its predecessor's transactional id.</summary>
    public bool HasStableIds { get; }

    /// <summary>Whether the source topic gets more partitions.</summary>
    public bool Grows { get; }

    /// <summary>Whether retention removes what was not read yet (A8).</summary>
    public bool Truncates { get; }

    /// <summary>Whether the source topic is deleted and created again.</summary>
    public bool Recreates { get; }

    /// <summary>Whether loops stand still while their membership lives, and steps are closed all the same (T4).</summary>
    public bool HasStuckOwners { get; }

    /// <summary>Whether some producers of spans use transactions.</summary>
    public bool HasSourceTransactions { get; }

    /// <summary>Whether some timestamps are so far ahead that they are lowered (T2).</summary>
    public bool HasClocksFarAhead { get; }

    /// <summary>Bytes of a block's part.</summary>
    public int MaxPartBytes { get; }

    /// <summary>Bytes of a record of the deltas topic.</summary>
    public int MaxBatchBytes { get; }

    /// <summary>Bytes of a transaction of merge.</summary>
    public int MaxTransactionBytes { get; }

    /// <summary>Bytes of a point record.</summary>
    public int MaxPointRecordBytes { get; }

    /// <summary>Bytes of a remote-write request.</summary>
    public int MaxRequestBytes { get; }

    /// <summary>Most series of a family that a resource may have; 0 means no limit.</summary>
    public int SeriesLimit { get; }

    /// <summary>Most values of a label of a resource; 0, as in three worlds of five, means no limit. Not drawn.</summary>
    public int LabelLimit => Seed % 5 < 2 ? 1 + (Seed / 5 % 4) : 0;

    /// <summary>Both limits.</summary>
    public StepLimits Limits => new(SeriesLimit, LabelLimit);

    /// <summary>Whether entries may fold into later steps: where steps are closed by force, or before a new partition is known (T4).</summary>
    public bool MayFold => HasStuckOwners || Grows;

    /// <summary>Most exemplars of a point: some worlds have none.</summary>
    public int MaxExemplars => Seed % 3 == 0 ? 0 : 1 + (Seed % 4);

    /// <summary>What spans mean, without exemplars.</summary>
    public static SpanRules Spans { get; } = new() { EventsEnabled = true, EventsDimensions = [new DimensionRule("exception.type")] };

    /// <summary>Buckets of durations.</summary>
    public static HistogramRules Histogram { get; } = new() { BoundsNanos = [1_000_000, 10_000_000, 100_000_000] };

    /// <summary>How points become series.</summary>
    public static PrometheusRules Prometheus { get; } = new() { IdentityLabels = [SpanRules.EnvironmentAttribute] };

    /// <summary>How totals become points.</summary>
    public PointRules Points => new()
    {
        IntervalMillis = IntervalMillis,
        ExpiryMillis = ExpirySteps * IntervalMillis,
        Histogram = Histogram,
        Emission = Emission,
        SeriesLimit = SeriesLimit,
        LabelLimit = LabelLimit,
        MaxRecordBytes = MaxPointRecordBytes,
        MaxExemplars = MaxExemplars,
    };

    /// <summary>Options of aggregate loops.</summary>
    public AggregateOptions Aggregate(int knownPartitions, Random cuts) => new()
    {
        SourceTopic = Source,
        DeltasTopic = Deltas,
        DeadLetterTopic = DeadLetters,
        Shards = Shards,
        IntervalMillis = IntervalMillis,
        CommitInterval = TimeSpan.FromMilliseconds(cuts.Next(300, 2000)),
        MaxAhead = TimeSpan.FromMinutes(1),
        RulesFingerprint = Fingerprint,
        KnownPartitions = knownPartitions,
        MaxRecordBytes = 10_000,
        OnDataLoss = DataLossPolicy.Continue,
        SourceIsLogAppendTime = IsLogAppendTime,
        MaxPartBytes = MaxPartBytes,
        MaxBatchBytes = MaxBatchBytes,
        MaxEntries = cuts.Next(3) == 0 ? cuts.Next(2, 10) : 400_000,
    };

    /// <summary>Options of merge loops.</summary>
    public MergeOptions Merge() => new()
    {
        DeltasTopic = Deltas,
        StateTopic = State,
        MetricsTopic = Metrics,
        Points = Points,
        Layout = new SeriesLayout(Spans),
        RulesFingerprint = Fingerprint,
        ClosePolicy = HasStuckOwners ? ClosePolicy.Bounded : ClosePolicy.Strict,
        BoundedAfter = BoundedAfter,
        MaxTransactionBytes = MaxTransactionBytes,
    };
}
