using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Settings;

/// <summary><c>stream</c>: the section of our own.</summary>
public sealed record StreamSettings
{
    /// <summary>Names of the stages, in the order of the flow.</summary>
    public static readonly IReadOnlyList<string> AllStages = ["aggregate", "merge", "export"];

    /// <summary>Prefix of internal topics, groups and transactional ids. Another id is another, independent application.</summary>
    public string ApplicationId { get; init; } = "spanmetrics";

    /// <summary>
    /// Application whose counters this one takes over at its first start: it begins where the other one, drained and stopped, ended (S6).
    /// Empty without one; of no effect later.
    /// </summary>
    public string Predecessor { get; init; } = "";

    /// <summary>Name of this worker in transactional ids; empty means random for each process (A5).</summary>
    public string InstanceId { get; init; } = "";

    /// <summary>Stages that this worker runs.</summary>
    public IReadOnlyList<string> Stages { get; init; } = AllStages;

    /// <summary>Aggregate threads, each with its own consumer and producer, 1 to 64.</summary>
    public int AggregateThreads { get; init; } = 1;

    /// <summary>Merge threads, 1 to 64.</summary>
    public int MergeThreads { get; init; } = 1;

    /// <summary>Export threads, 1 to 64.</summary>
    public int ExportThreads { get; init; } = 1;

    /// <summary>Shards: partitions of deltas, state and metrics topic. Fixed at the first start, 1 to 1024.</summary>
    public int Shards { get; init; } = 4;

    /// <summary>Time between commits of the aggregate stage; zero means a fifth of the step, at least one second (A6).</summary>
    public TimeSpan CommitInterval { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Longest life of a transaction before the broker aborts it; shorter than <see cref="SpanSourceSettings.SessionTimeout"/> (M1).
    /// </summary>
    public TimeSpan TransactionTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How workers agree on who reads what.</summary>
    public GroupProtocol GroupProtocol { get; init; } = GroupProtocol.Classic;

    /// <summary>What a step does when a source partition stands still.</summary>
    public ClosePolicy ClosePolicy { get; init; } = ClosePolicy.Bounded;

    /// <summary>How long a partition may stand still before <see cref="ClosePolicy.Bounded"/> gives up on it.</summary>
    public TimeSpan BoundedAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How far a producer's timestamp may be ahead of our clock (T2).</summary>
    public TimeSpan MaxAhead { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many steps a source partition may be ahead of the slowest one before it waits (A7), 2 to 1,000,000.</summary>
    public int MaxSkewSteps { get; init; } = 20;

    /// <summary>Undecodable records, less decodable ones, that pause a source partition; 0 never does (A9).</summary>
    public int BreakerRecords { get; init; } = 100;

    /// <summary>For how long such a partition is paused.</summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// <c>emit: changed</c>: series that did not change for <see cref="ActiveFor"/> are sent at each <see cref="Heartbeat"/> only (P-1).
    /// </summary>
    public bool EmitsChanged { get; init; }

    /// <summary>With <see cref="EmitsChanged"/>: how long after its last change a series is sent at every step; from 0.</summary>
    public TimeSpan ActiveFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>With <see cref="EmitsChanged"/>: time between two points of a series that does not change; at least a step.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether spans without service name are dropped instead of counted under <c>unknown_service</c>.</summary>
    public bool DropMissingServiceName { get; init; }

    /// <summary>Longer dimension values are cut, in bytes of UTF-8, 32 to 16384.</summary>
    public int MaxLabelBytes { get; init; } = SpanRules.MaxValueBytes;

    /// <summary>
    /// <c>label_cardinality_limit</c>: most values of a label in the series of a resource, at most
    /// <see cref="ConnectorSettings.MaxSeriesLimit"/>; 0 means no limit.
    /// </summary>
    public int LabelLimit { get; init; }

    /// <summary>Sets of dimensions that all metrics have besides the connector's.</summary>
    public IReadOnlyList<DimensionPreset> Presets { get; init; } = [];

    /// <summary>Under which names series are written to Prometheus; under several, every series is written once for each.</summary>
    public IReadOnlyList<NamingProfile> Naming { get; init; } = NamingProfiles.Default;

    /// <summary>Feature gates of the connector that are on.</summary>
    public IReadOnlyList<FeatureGate> FeatureGates { get; init; } = [];

    /// <summary>Which spans are counted at all; without rules all of them.</summary>
    public SpanFilterRules Filter { get; init; } = new();

    /// <summary>What happens when source records are gone before they were read.</summary>
    public DataLossPolicy OnDataLoss { get; init; } = DataLossPolicy.Continue;

    /// <summary>Larger source records go to the dead-letter topic unread, in bytes.</summary>
    public int MaxRecordBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Replication of topics that we create; -1 leaves it to the broker.</summary>
    public int ReplicationFactor { get; init; } = -1;

    /// <summary>Partitions of the source topic where <c>topics</c> has to create it.</summary>
    public int SourcePartitions { get; init; } = 4;

    /// <summary>Where a worker tells about itself.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>Topic with the delta blocks.</summary>
    public string DeltasTopic => ApplicationId + ".deltas";

    /// <summary>Topic with control record, progress and snapshots.</summary>
    public string StateTopic => ApplicationId + ".state";

    /// <summary>Topic with records that could not be counted.</summary>
    public string DeadLetterTopic => ApplicationId + ".dlq";

    /// <summary>Consumer group of a stage.</summary>
    public string Group(string stage) => ApplicationId + "." + stage;
}
