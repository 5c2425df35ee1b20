using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>An aggregate loop on a memory log of its own.</summary>
internal sealed class AggregateBench
{
    public const string Source = "spans";
    public const string Deltas = "app.deltas";
    public const string DeadLetters = "app.dead-letters";
    public const string Group = "app.aggregate";
    public const long StepMillis = 10_000;
    public const int Shards = 2;

    private readonly AggregateOptions options;

    public AggregateBench(Func<AggregateOptions, AggregateOptions>? change = null, int partitions = 2, SpanRules? rules = null)
    {
        AggregateOptions usual = new()
        {
            SourceTopic = Source,
            DeltasTopic = Deltas,
            DeadLetterTopic = DeadLetters,
            Shards = Shards,
            IntervalMillis = StepMillis,
            CommitInterval = TimeSpan.FromSeconds(2),
            MaxAhead = TimeSpan.FromMinutes(1),
            RulesFingerprint = 7,
            KnownPartitions = partitions,
            MaxRecordBytes = 10_000,
            OnDataLoss = DataLossPolicy.Continue,
            SourceIsLogAppendTime = true,
        };
        options = change is null ? usual : change(usual);
        Consumer = new MemoryConsumer(Log, Source, Group, partitions);
        Producer = new MemoryProducer(Log);
        Telemetry = new StageTelemetry(new WorkerMetrics("test", Time), "aggregate", 0, Time) { Folds = new FoldCounters() };
        Stage = new AggregateStage(
            Telemetry, options, rules ?? new SpanRules(), new HistogramRules(), Consumer, Producer, ProgressLog, Time, Logger);
        for (int partition = 0; partition < options.KnownPartitions; partition++)
        {
            Log.SetCommitted(Group, partition, 0);
        }
    }

    public MemoryLog Log { get; } = new();

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public RecordingLogger Logger { get; } = new();

    public MemoryConsumer Consumer { get; }

    public MemoryProducer Producer { get; }

    public MemoryProgressLog ProgressLog { get; } = new();

    public StageTelemetry Telemetry { get; }

    public AggregateStage Stage { get; }

    /// <summary>Appends a record with one span at the present time.</summary>
    public void Append(int partition, string service, long? timestampMillis = null, bool isLogAppendTime = true) =>
        Log.Append(Source, partition, null, SpanRequests.Make(service), timestampMillis ?? Time.NowMillis, isLogAppendTime);

    /// <summary>Adds steps to the script that make the next cut due and wait until a transaction has ended.</summary>
    public void Cut()
    {
        int before = 0;
        Consumer.Then(() =>
        {
            before = Producer.Attempts.Count;
            Time.Advance(options.CommitInterval);
        });
        Consumer.Until(() => Producer.Attempts.Count > before);
    }

    /// <summary>Runs the script to its end.</summary>
    public void Run() => Stage.Run(Consumer.Stop);

    /// <summary>The blocks of a shard that were written, of one source partition or of all.</summary>
    public List<DeltaBlock> Blocks(int shard, int? partition = null) => Blocks(Log, shard, partition);

    public static List<DeltaBlock> Blocks(MemoryLog log, int shard, int? partition = null) =>
        [.. log.Read(Deltas, shard)
            .SelectMany(record => DeltaBatch.Parser.ParseFrom(record.Value).Blocks)
            .Where(block => partition is null || block.SourcePartition == partition)];

    /// <summary>Spans counted in all blocks of all shards.</summary>
    public long CountedSpans() => Enumerable.Range(0, Shards).Sum(shard => Blocks(shard).Sum(Spans));

    public static long Spans(DeltaBlock block) =>
        block.Steps.Sum(step => step.Resources.Sum(resource => resource.Series.Counts.Sum(count => (long)count)));

    /// <summary>Fails if the written blocks of a partition do not join end to end from 0 to the committed offset.</summary>
    public void AssertChained(int partition)
    {
        for (int shard = 0; shard < Shards; shard++)
        {
            long expected = 0;
            foreach (DeltaBlock block in Blocks(shard, partition))
            {
                Assert.Equal(expected, block.FromOffset);
                expected = block.ToOffset;
            }

            Assert.Equal(expected, Log.Committed(Group, partition));
        }
    }
}
