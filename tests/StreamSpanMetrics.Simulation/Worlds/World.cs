using Google.Protobuf;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Simulation.Clients;
using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Scheduling;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>
/// A cluster, workers of all three stages, a workload and everything that goes wrong, under one scheduler. After the workload the world
/// becomes calm, and runs on until nothing is left to do.
/// </summary>
internal sealed class World : IDisposable
{
    private static readonly long StartTicks = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero).Ticks;
    private static readonly TimeSpan CalmPatience = TimeSpan.FromSeconds(400);

    private readonly Workload? workload;
    private readonly Disturber disturber;
    private readonly long workloadEndTicks;
    private readonly int knownPartitions;

    /// <summary>A world that has not begun.</summary>
    /// <param name="plan">What it is like.</param>
    /// <param name="schedule">Seed of everything but the workload.</param>
    /// <param name="source">A log to read again; null to write one.</param>
    /// <param name="trace">Takes what happens; may be null.</param>
    public World(Plan plan, int schedule, SimTopic? source, List<string>? trace)
    {
        Plan = plan;
        bool isReplay = source is not null;
        // A replay happens later: idle partitions have passed all that the first run closed.
        Scheduler = new Scheduler(schedule, StartTicks + (isReplay ? TimeSpan.TicksPerHour : 0), trace);
        Random random = new(schedule ^ 0x2A2A);
        Faults = new Faults(random, isReplay ? 0.3 : plan.FaultRate);
        Cluster = new SimCluster(random, Scheduler.Time, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(2));
        knownPartitions = isReplay ? source!.Partitions.Count : plan.SourcePartitions;
        Prepare(source);
        Receiver = new SimReceiver(Scheduler, Faults);
        Workers = new WorkerPool(this, knownPartitions, random);
        workload = isReplay ? null : new Workload(plan, Cluster, Scheduler.Time);
        workloadEndTicks = Scheduler.Time.Ticks + (isReplay ? TimeSpan.FromSeconds(5).Ticks : plan.Duration.Ticks);
        disturber = new Disturber(this, random, isReplay);
        Scheduler.EachStep = Turn;
        Scheduler.NextEvent = () => Receiver.NextTicks;
        Scheduler.HasAnswers = actor => Receiver.HasAnswered(actor.Worker);
    }

    /// <summary>What it is like.</summary>
    public Plan Plan { get; }

    /// <summary>The scheduler.</summary>
    public Scheduler Scheduler { get; }

    /// <summary>The brokers.</summary>
    public SimCluster Cluster { get; }

    /// <summary>What goes wrong between clients and brokers.</summary>
    public Faults Faults { get; }

    /// <summary>The receiver.</summary>
    public SimReceiver Receiver { get; }

    /// <summary>The workers.</summary>
    public WorkerPool Workers { get; }

    /// <summary>What the workload means.</summary>
    public Workload Workload => workload!;

    /// <summary>The source topic as it was before it was deleted; null if it never was.</summary>
    public SimTopic? FormerSource { get; set; }

    /// <summary>Whether all came to rest.</summary>
    public bool IsAtRest { get; private set; }

    /// <summary>What is still to be done when it does not come to rest.</summary>
    public string Missing { get; private set; } = "";

    /// <summary>What happened to the workers, counted by kind.</summary>
    public SortedDictionary<string, int> Events { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs it to its end.</summary>
    public void Run()
    {
        Workers.StartAll();
        Scheduler.Run(() => Scheduler.Time.Ticks >= workloadEndTicks && (workload?.IsDone ?? true));
        Faults.Rate = 0;
        disturber.IsCalm = true;
        long end = Scheduler.Time.Ticks + CalmPatience.Ticks;
        RestCheck check = new(this, knownPartitions);
        Scheduler.Run(() =>
        {
            IsAtRest = Scheduler.Steps % 64 == 0 && check.IsAtRest();
            Missing = check.Missing;
            // A world whose topic was deleted does not come to rest: its workers stop, as they should.
            return IsAtRest || Scheduler.Time.Ticks >= (FormerSource is null ? end : workloadEndTicks + TimeSpan.FromSeconds(40).Ticks);
        });
    }

    /// <summary>Counts an event.</summary>
    public void Count(string what) => Events[what] = Events.GetValueOrDefault(what) + 1;

    /// <summary>The newest progress of a shard; null before the first.</summary>
    public ProgressRecord? Progress(int shard)
    {
        LogEntry? newest = Cluster.Topic(Plan.State).Partitions[shard].NewestFirst()
            .FirstOrDefault(entry => StateKey.Parser.ParseFrom(entry.Key).Type == StateKey.Types.Type.Progress);
        return newest is null ? null : ProgressRecord.Parser.ParseFrom(newest.Value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scheduler.Dispose();
        Workers.Dispose();
    }

    private void Turn()
    {
        Cluster.Turn();
        workload?.Turn();
        Receiver.Turn();
        Workers.Turn();
        disturber.Turn();
    }

    private void Prepare(SimTopic? source)
    {
        SimTopic spans = Cluster.CreateTopic(Plan.Source, source?.Partitions.Count ?? Plan.SourcePartitions, Plan.IsLogAppendTime);
        foreach (SimPartition partition in source?.Partitions ?? [])
        {
            spans.Partitions[partition.Number].CopyFrom(partition);
        }

        foreach (string topic in new[] { Plan.Deltas, Plan.State, Plan.Metrics })
        {
            Cluster.CreateTopic(topic, Plan.Shards, true);
        }

        Cluster.CreateTopic(Plan.DeadLetters, 1, true);
        TimeSpan session = TimeSpan.FromSeconds(10);
        Start(Cluster.CreateGroup("app.aggregate", Plan.Source, session), spans.Partitions.Count);
        Start(Cluster.CreateGroup("app.merge", Plan.Deltas, session), Plan.Shards);
        Start(Cluster.CreateGroup("app.export", Plan.Metrics, session), Plan.Shards);
        ControlRecord control = new()
        {
            Format = StateFormat.Newest,
            RulesFingerprint = Plan.Fingerprint,
            Shards = (uint)Plan.Shards,
            SourceTopicId = ByteString.CopyFrom(spans.Id),
        };
        control.StartOffsets.Add(new long[spans.Partitions.Count]);
        for (int shard = 0; shard < Plan.Shards; shard++)
        {
            Cluster.Append(Plan.State, shard, new OutgoingRecord(Plan.State, shard, StateKeys.Control(shard), StateSeal.Seal(control)), 0);
        }
    }

    // The first start of an application (S1).
    private static void Start(SimGroup group, int partitions)
    {
        for (int partition = 0; partition < partitions; partition++)
        {
            group.Commit(partition, 0);
        }
    }
}
