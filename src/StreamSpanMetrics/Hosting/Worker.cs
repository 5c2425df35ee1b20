using System.Net;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Http;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Hosting;

/// <summary>A worker from start to stop: prepares the application, runs the stages that the settings name, ends when told.</summary>
internal sealed class Worker
{
    private static readonly TimeSpan DisposalPatience = TimeSpan.FromSeconds(5);

    private readonly ProcessorSettings settings;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    public Worker(ProcessorSettings settings, TimeProvider time, ILogger logger)
    {
        this.settings = settings;
        this.time = time;
        this.logger = logger;
    }

    /// <summary>Whether merge ends once all that was aggregated is merged and closed, so that a successor can take over (S6).</summary>
    public bool IsDraining { get; init; }

    /// <summary>Runs until <paramref name="stop"/> is set or a stage fails.</summary>
    public async Task<WorkerEnd> RunAsync(CancellationToken stop)
    {
        using WorkerMetrics metrics = new(ProgramVersion.Text, time);
        WorkerHealth health = new(metrics, settings.Stream.Telemetry.ReadyLag);
        using MeterProvider export = MetricsExport.Start(ProgramVersion.Text, Environment.GetEnvironmentVariable);
        try
        {
            await using TelemetryServer? server = await ServeAsync(export, health, stop).ConfigureAwait(false);
            ApplicationState application = new(settings, time, logger);
            // A question that is on its way to brokers cannot be called back; a worker that is told to stop does not wait for its time-out.
            PreparedApplication prepared = await application.PrepareAsync(stop).WaitAsync(stop).ConfigureAwait(false);
            DrainGoal? drain = IsDraining ? await application.DrainGoalAsync().WaitAsync(stop).ConfigureAwait(false) : null;
            return await RunStagesAsync(prepared, drain, metrics, health, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return WorkerEnd.Stopped;
        }
        catch (OtherRulesException exception)
        {
            logger.StageFailed("start", exception.Message);
            return WorkerEnd.OtherRules;
        }
        catch (Exception exception) when (exception is StageStoppedException or IOException)
        {
            logger.StageFailed("start", exception.Message);
            return WorkerEnd.CouldNotStart;
        }
        catch (KafkaException exception)
        {
            logger.StageFailed("start", $"Kafka: {exception.Error.Reason} ({exception.Error.Code})");
            return WorkerEnd.CouldNotStart;
        }
    }

    // Before anything else: the pages tell what the start waits for.
    private async Task<TelemetryServer?> ServeAsync(MeterProvider export, WorkerHealth health, CancellationToken stop)
    {
        TelemetrySettings telemetry = settings.Stream.Telemetry;
        if (!telemetry.IsEnabled)
        {
            return null;
        }

        IPAddress address = telemetry.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(telemetry.Host);
        TelemetryServer server;
        try
        {
            server = await TelemetryServer.StartAsync(address, telemetry.Port, export, health.Health, health.Readiness, stop).ConfigureAwait(false);
        }
        catch (IOException) when (telemetry.Port == TelemetrySettings.DefaultPort)
        {
            server = await TelemetryServer.StartAsync(address, 0, export, health.Health, health.Readiness, stop).ConfigureAwait(false);
            logger.TelemetryPortTaken(telemetry.Port, server.Address.Port);
        }

        logger.TelemetryServed(server.Address);
        return server;
    }

    private async Task<WorkerEnd> RunStagesAsync(
        PreparedApplication prepared, DrainGoal? drain, WorkerMetrics metrics, WorkerHealth health, CancellationToken stop)
    {
        StageRunner runner = new(logger, stop);
        Composition composition = new(settings, metrics, time, logger, runner.Stopping)
        {
            SourcePartitions = prepared.Control.StartOffsets.Count,
            SourceIsLogAppendTime = prepared.SourceIsLogAppendTime,
            Drain = drain,
        };
        StreamSettings stream = settings.Stream;
        logger.Started(stream.ApplicationId, string.Join(',', stream.Stages), settings.Source.Topic, string.Join(',', settings.Source.Kafka.Brokers));
        if (stream.Stages.Contains("aggregate"))
        {
            StartEach(stream.AggregateThreads, composition.Aggregate, runner);
        }

        if (stream.Stages.Contains("merge"))
        {
            StartEach(stream.MergeThreads, composition.Merge, runner);
        }

        if (stream.Stages.Contains("export") && composition.Sender() is ISeriesSender sender)
        {
            StartEach(stream.ExportThreads, thread => composition.Export(thread, sender), runner);
        }

        health.Started();
        bool clean = await runner.WaitAsync().ConfigureAwait(false);
        // By now all is committed or given up. A client whose broker is away can hang in its own destruction: the process ends all the same.
        Task disposal = Task.Run(composition.Dispose, CancellationToken.None);
        Task first = await Task.WhenAny(disposal, Task.Delay(DisposalPatience, time, CancellationToken.None)).ConfigureAwait(false);
        if (first == disposal)
        {
            await disposal.ConfigureAwait(false);
        }

        logger.Stopped();
        return clean ? WorkerEnd.Stopped : WorkerEnd.Failed;
    }

    private static void StartEach(int threads, Func<int, IStage> make, StageRunner runner)
    {
        for (int thread = 0; thread < threads; thread++)
        {
            runner.Start(make(thread));
        }
    }
}
