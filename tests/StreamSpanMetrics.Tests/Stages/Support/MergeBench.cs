using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>A merge loop on a memory log, with delta blocks made by hand. After a crash another bench goes on with the same log.</summary>
internal sealed class MergeBench
{
    public const string State = "app.state";
    public const string Metrics = "otlp_metrics";
    public const string Group = "app.merge";
    public const long StepMillis = AggregateBench.StepMillis;

    private readonly RecordFolder folder = new(new SpanRules());

    public MergeBench(MemoryLog? log = null, ManualTime? time = null, Func<MergeOptions, MergeOptions>? change = null, int shards = 1)
    {
        Log = log ?? new MemoryLog();
        Time = time ?? new ManualTime(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        SpanRules spans = new();
        MergeOptions options = new()
        {
            DeltasTopic = AggregateBench.Deltas,
            StateTopic = State,
            MetricsTopic = Metrics,
            Points = new PointRules { IntervalMillis = StepMillis },
            Layout = new SeriesLayout(spans),
            RulesFingerprint = 7,
            ClosePolicy = ClosePolicy.Bounded,
            BoundedAfter = TimeSpan.FromMinutes(5),
        };
        options = change is null ? options : change(options);
        Consumer = new MemoryConsumer(Log, AggregateBench.Deltas, Group, shards);
        Producer = new MemoryProducer(Log);
        ShardLog = new MemoryShardLog(Log, AggregateBench.Deltas, State);
        Telemetry = new StageTelemetry(new WorkerMetrics("test", Time), "merge", 0, Time);
        Stage = new MergeStage(Telemetry, options, Consumer, Producer, ShardLog, Time, Logger, Tasks.Launch);
    }

    public MemoryLog Log { get; }

    public ManualTime Time { get; }

    /// <summary>What runs beside the loop: at once, unless the test holds it.</summary>
    public HeldTasks Tasks { get; } = new();

    public RecordingLogger Logger { get; } = new();

    public MemoryConsumer Consumer { get; }

    public MemoryProducer Producer { get; }

    public MemoryShardLog ShardLog { get; }

    public StageTelemetry Telemetry { get; }

    public MergeStage Stage { get; }

    /// <summary>The first start of the application: control records and offsets (S1).</summary>
    public static void Start(MemoryLog log, int sourcePartitions, int shards = 1)
    {
        for (int shard = 0; shard < shards; shard++)
        {
            ControlRecord control = new() { Format = StateFormat.Newest, RulesFingerprint = 7, Shards = (uint)shards };
            control.StartOffsets.Add(new long[sourcePartitions]);
            log.Append(State, shard, StateKeys.Control(shard), StateSeal.Seal(control));
            log.SetCommitted(Group, shard, 0);
        }
    }

    /// <summary>A block of a source partition whose spans, one for each service named (or service/span), fall into one step.</summary>
    public DeltaBlock Block(int partition, long from, long to, long watermarkMillis, long step, params string[] services)
    {
        DeltaAccumulator accumulator = new(new ExplicitBounds(new HistogramRules()));
        foreach (string service in services)
        {
            string[] names = service.Split('/');
            Assert.False(folder.Fold(SpanRequests.Make(names[0], names.Length > 1 ? names[1] : "GET")).Exists);
            accumulator.Add(folder.Staged, step);
        }

        DeltaHeader header = new(7, ByteString.Empty, partition, from, to, 2, watermarkMillis, false, false);
        return new DeltaBlockBuilder(1, new HistogramRules()).Build(folder.Freeze(), accumulator, header)[0].Single();
    }

    /// <summary>Writes blocks as one record of the deltas topic, with its transaction's marker.</summary>
    public void Deltas(int shard, params DeltaBlock[] blocks)
    {
        DeltaBatch batch = new();
        batch.Blocks.Add(blocks);
        Log.Append(AggregateBench.Deltas, shard, null, batch.ToByteArray());
        Log.AppendHole(AggregateBench.Deltas, shard);
    }

    /// <summary>Runs the script to its end.</summary>
    public void Run() => Stage.Run(Consumer.Stop);

    /// <summary>Runs the script up to a crash.</summary>
    public void RunToCrash()
    {
        Assert.Throws<SimulatedCrashException>(Run);
        Consumer.Abandon();
    }

    /// <summary>The point records of a shard: key, value and headers as text, in order.</summary>
    public List<string> PointTexts(int shard = 0) => PointTexts(Log, shard);

    public static List<string> PointTexts(MemoryLog log, int shard = 0) =>
        [.. log.Read(Metrics, shard).Select(record =>
            Convert.ToHexString(record.Key!) + " " + Convert.ToHexString(record.Value!) + " "
            + string.Join(',', record.Headers!.Select(header => header.Key + "=" + Convert.ToHexString(header.Value))))];

    /// <summary>The newest progress record of a shard.</summary>
    public ProgressRecord? Progress(int shard = 0) => Log.Read(State, shard)
        .Where(record => StateKey.Parser.ParseFrom(record.Key).Type == StateKey.Types.Type.Progress)
        .Select(record => ProgressRecord.Parser.ParseFrom(record.Value))
        .LastOrDefault();
}
