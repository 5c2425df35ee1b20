using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Two workers over one log, partitions that move at random and transactions that fail: totals equal a direct count.</summary>
public sealed class TwoWorkersTests(ITestOutputHelper output) : IDisposable
{
    private const int Partitions = 3;
    private static readonly string[] Services = ["shop", "cart", "mail", "pay"];
    private static readonly string[] Names = ["GET", "POST"];

    private readonly MemoryLog log = new();
    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordingLogger logger = new();
    private readonly Dictionary<(string, string), long> counted = [];
    private readonly WorkerMetrics metrics = new("test", TimeProvider.System);
    private readonly List<Baton> aggregates = [];
    private readonly List<Baton> merges = [];
    private readonly List<MemoryProducer> producers = [];

    // Cuts are committed beside the loops, when the seed says so.
    private readonly List<HeldTasks> commits = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Totals_equal_a_direct_count(int seed)
    {
        output.WriteLine($"seed {seed}");
        Random random = new(seed);
        Start();
        for (int turn = 0; turn < 1500; turn++)
        {
            Disturb(random);
            if (random.Next(4) == 0)
            {
                commits[random.Next(commits.Count)].RunOne();
            }

            Pick(random, random.Next(2) == 0 ? aggregates : merges).Turn();
        }

        Drain();
        Dictionary<(string, string), long> found = [];
        for (int shard = 0; shard < AggregateBench.Shards; shard++)
        {
            foreach ((string service, string name, long _, long value) in CallPoints.All(log, shard))
            {
                Assert.True(value >= found.GetValueOrDefault((service, name)), "A counter went back.");
                found[(service, name)] = value;
            }

            ulong?[] sequences = [.. log.Read(MergeBench.Metrics, shard).Select(record => PointHeaders.Read(record.Headers, out _))];
            Assert.Equal(Enumerable.Range(1, sequences.Length).Select(number => (ulong?)number), sequences);
        }

        Assert.NotEmpty(counted);
        Assert.Equal(counted.OrderBy(pair => pair.Key), found.OrderBy(pair => pair.Key));
        Assert.Contains(producers, producer => producer.Attempts.Any(attempt => attempt.Outcome == TransactionOutcome.Unknown));
        Assert.Contains(producers, producer => producer.Attempts.Any(attempt => attempt.Outcome == TransactionOutcome.Aborted));
    }

    public void Dispose()
    {
        foreach (Baton baton in aggregates.Concat(merges))
        {
            baton.Dispose();
        }
    }

    private void Start()
    {
        MergeBench.Start(log, Partitions, AggregateBench.Shards);
        for (int partition = 0; partition < Partitions; partition++)
        {
            log.SetCommitted(AggregateBench.Group, partition, 0);
        }

        for (int worker = 0; worker < 2; worker++)
        {
            aggregates.Add(Aggregate(worker));
            merges.Add(Merge(worker));
        }

        aggregates[0].Turn(() => aggregates[0].Consumer.AssignNow(0, 1, 2));
        merges[0].Turn(() => merges[0].Consumer.AssignNow(0, 1));
    }

    private Baton Aggregate(int worker)
    {
        AggregateOptions options = new()
        {
            SourceTopic = AggregateBench.Source,
            DeltasTopic = AggregateBench.Deltas,
            DeadLetterTopic = AggregateBench.DeadLetters,
            Shards = AggregateBench.Shards,
            IntervalMillis = AggregateBench.StepMillis,
            CommitInterval = TimeSpan.FromSeconds(2),
            MaxAhead = TimeSpan.FromMinutes(1),
            RulesFingerprint = 7,
            KnownPartitions = Partitions,
            MaxRecordBytes = 10_000,
            OnDataLoss = DataLossPolicy.Stop,
            SourceIsLogAppendTime = true,
        };
        MemoryConsumer consumer = new(log, AggregateBench.Source, AggregateBench.Group, Partitions) { AnswersEnds = true };
        AggregateStage stage = new(
            new StageTelemetry(metrics, "aggregate", worker, time), options, new SpanRules(), new HistogramRules(), consumer, Producer(),
            new MemoryProgressLog(), time, logger, Commits().Launch);
        return new Baton(stage, consumer);
    }

    private Baton Merge(int worker)
    {
        MergeOptions options = new()
        {
            DeltasTopic = AggregateBench.Deltas,
            StateTopic = MergeBench.State,
            MetricsTopic = MergeBench.Metrics,
            Points = new PointRules { IntervalMillis = AggregateBench.StepMillis },
            Layout = new SeriesLayout(new SpanRules()),
            RulesFingerprint = 7,
            ClosePolicy = ClosePolicy.Strict,
            BoundedAfter = TimeSpan.FromMinutes(5),
            MaxTransactionBytes = 4_000,
        };
        MemoryConsumer consumer = new(log, AggregateBench.Deltas, MergeBench.Group, AggregateBench.Shards);
        MemoryShardLog shardLog = new(log, AggregateBench.Deltas, MergeBench.State);
        return new Baton(new MergeStage(
            new StageTelemetry(metrics, "merge", worker, time), options, consumer, Producer(), shardLog, time, logger,
            new HeldTasks().Launch), consumer);
    }

    private HeldTasks Commits()
    {
        HeldTasks held = new() { AreHeld = true };
        commits.Add(held);
        return held;
    }

    private MemoryProducer Producer()
    {
        MemoryProducer producer = new(log);
        producers.Add(producer);
        return producer;
    }

    private void Disturb(Random random)
    {
        time.Advance(TimeSpan.FromMilliseconds(random.Next(200)));
        if (random.Next(3) == 0)
        {
            string service = Services[random.Next(Services.Length)];
            string name = Names[random.Next(Names.Length)];
            int spans = random.Next(1, 4);
            counted[(service, name)] = counted.GetValueOrDefault((service, name)) + spans;
            int partition = random.Next(Partitions);
            log.Append(AggregateBench.Source, partition, null, SpanRequests.Make(service, name, spans), time.NowMillis);
        }

        if (random.Next(40) == 0)
        {
            TransactionFault[] faults = [TransactionFault.Aborted, TransactionFault.UnknownWritten, TransactionFault.UnknownNotWritten];
            producers[random.Next(producers.Count)].Fail(faults[random.Next(faults.Length)]);
        }

        if (random.Next(25) == 0)
        {
            Move(random, random.Next(2) == 0 ? aggregates : merges);
        }
    }

    private static void Move(Random random, List<Baton> workers)
    {
        int from = random.Next(2);
        int[] owned = [.. workers[from].Consumer.Owned];
        if (owned.Length == 0)
        {
            return;
        }

        int partition = owned[random.Next(owned.Length)];
        bool lost = random.Next(3) == 0;
        MemoryConsumer loser = workers[from].Consumer;
        if (lost)
        {
            // The group has expelled the old owner, which learns of it only after the new one has begun.
            loser.Expel(partition);
            MemoryConsumer late = workers[1 - from].Consumer;
            workers[1 - from].Turn(() => late.AssignNow(partition));
            workers[from].Turn(() => loser.LoseNow(partition));
        }
        else
        {
            workers[from].Turn(() => loser.RevokeNow(partition));
            MemoryConsumer next = workers[1 - from].Consumer;
            workers[1 - from].Turn(() => next.AssignNow(partition));
        }
    }

    // Everything is read, idle partitions pass the last step by the clock, and all steps are closed.
    private void Drain()
    {
        for (int turn = 0; turn < 400; turn++)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            commits.ForEach(held => held.RunOne());
            foreach (Baton baton in aggregates.Concat(merges))
            {
                baton.Turn();
            }
        }

        foreach (Baton baton in aggregates.Concat(merges))
        {
            baton.Stop();
        }
    }

    private static Baton Pick(Random random, List<Baton> workers) => workers[random.Next(workers.Count)];
}
