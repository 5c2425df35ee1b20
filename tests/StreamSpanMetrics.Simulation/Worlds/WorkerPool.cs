using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Simulation.Clients;
using StreamSpanMetrics.Simulation.Scheduling;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>Starts workers, and starts them again some time after they have ended, as whoever runs them would.</summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly World world;
    private readonly int knownPartitions;
    private readonly Random random;
    private readonly List<WorkerSlot> slots = [];
    private readonly List<Worker> zombies = [];
    private readonly WorkerMetrics metrics;
    private int number;

    /// <summary>A pool without workers.</summary>
    public WorkerPool(World world, int knownPartitions, Random random)
    {
        this.world = world;
        this.knownPartitions = knownPartitions;
        this.random = random;
        metrics = new WorkerMetrics("simulated", world.Scheduler.Time);
        foreach (Stage stage in Enum.GetValues<Stage>())
        {
            for (int index = 0; index < world.Plan.WorkersPerStage; index++)
            {
                slots.Add(new WorkerSlot(stage, index));
            }
        }
    }

    /// <summary>Messages with which loops ended, or shards stopped.</summary>
    public List<string> Stops { get; } = [];

    /// <summary>Workers that live, those that stand still included.</summary>
    public IReadOnlyList<Worker> Living =>
        [.. slots.Select(slot => slot.Worker).Concat(zombies).OfType<Worker>().Where(worker => !worker.IsOver)];

    private Plan Plan => world.Plan;

    /// <summary>Starts all.</summary>
    public void StartAll()
    {
        foreach (WorkerSlot slot in slots)
        {
            Start(slot);
        }
    }

    /// <summary>Heartbeats, answers, and new workers for those that have ended.</summary>
    public void Turn()
    {
        long now = world.Scheduler.Time.Ticks;
        foreach (WorkerSlot slot in slots)
        {
            if (slot.Worker is { IsOver: true })
            {
                slot.Worker = null;
                slot.RestartTicks = now + random.NextInt64(6 * TimeSpan.TicksPerSecond);
            }
            else if (slot.Worker is null && slot.RestartTicks <= now)
            {
                Start(slot);
            }

            Turn(slot.Worker, now);
        }

        foreach (Worker zombie in zombies)
        {
            Turn(zombie, now);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => metrics.Dispose();

    /// <summary>Takes a worker for dead that is not, and starts another in its place.</summary>
    public void Replace(Worker worker)
    {
        foreach (WorkerSlot slot in slots.Where(slot => slot.Worker == worker))
        {
            zombies.Add(worker);
            slot.Worker = null;
        }
    }

    private void Turn(Worker? worker, long now)
    {
        if (worker is { IsOver: false } && worker.StalledUntilTicks <= now)
        {
            worker.Consumer.CarryAnswers();
            if (random.Next(4) == 0)
            {
                worker.Consumer.Background();
            }
        }
    }

    private void Start(WorkerSlot slot)
    {
        number++;
        string name = $"{slot.Stage}-{slot.Index}#{number}";
        string id = Plan.HasStableIds ? $"app.{slot.Stage}.{slot.Index}" : $"app.{slot.Stage}.{number}";
        Actor actor = new(name, number) { Weight = random.Next(1, 8) };
        CancellationTokenSource stop = new();
        SimConsumer consumer = new(world.Scheduler, world.Cluster, "app." + slot.Stage.ToString().ToLowerInvariant(), world.Faults);
        SimSender? sender = slot.Stage == Stage.Export ? new SimSender(world.Receiver, number, consumer) : null;
        Worker worker = new(number, slot.Stage, name, id, actor, consumer, sender, stop);
        slot.Worker = worker;
        world.Scheduler.Start(actor, () => Run(worker, Build(worker, id, sender), stop.Token));
    }

    private void Run(Worker worker, IStage stage, CancellationToken stop)
    {
        try
        {
            stage.Run(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop while it waited for an answer.
            worker.Consumer.Dispose();
            worker.Kill();
        }
        catch (StageStoppedException exception)
        {
            world.Scheduler.Note($"{worker.Name} stops: {exception.Message}");
            Stops.Add(exception.Message);
            worker.Consumer.Dispose();
            worker.Kill();
        }
    }

    private IStage Build(Worker worker, string id, SimSender? sender)
    {
        VirtualTime time = world.Scheduler.Time;
        StopLogger logger = new(Told);
        StageTelemetry telemetry = new(metrics, worker.Stage.ToString().ToLowerInvariant(), 0, time);
        SimProducer producer = new(world.Scheduler, world.Cluster, id, world.Faults);
        Task Launch(Action work)
        {
            Actor beside = new(worker.Name + "+", worker.Number) { Weight = random.Next(1, 8) };
            worker.Add(beside);
            return BesideTask.Start(world.Scheduler, beside, () =>
            {
                work();
                worker.Consumer.HasNews = true;
            });
        }

        switch (worker.Stage)
        {
            case Stage.Aggregate:
                return new AggregateStage(
                    telemetry, Plan.Aggregate(knownPartitions, random), Plan.Spans with { MaxExemplars = Plan.MaxExemplars }, Plan.Histogram,
                    worker.Consumer, producer, new SimProgressLog(world.Scheduler, world.Cluster, Plan.State, world.Faults), time, logger, Launch);
            case Stage.Merge:
                SimShardLog log = new(world.Scheduler, world.Cluster, Plan.Deltas, Plan.State, world.Faults);
                return new MergeStage(telemetry, Plan.Merge(), worker.Consumer, producer, log, time, logger, Launch);
            default:
                return new ExportStage(
                    telemetry, new ExportOptions { MetricsTopic = Plan.Metrics }, Plan.Prometheus, worker.Consumer, sender!,
                    () => new RemoteWriteBatcher(Plan.MaxRequestBytes, false), time, logger);
        }
    }

    private void Told(LogLevel level, string message)
    {
        world.Scheduler.Note("log: " + message);
        if (level == LogLevel.Critical)
        {
            Stops.Add(message);
        }
    }
}
