using System.CommandLine;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands;

/// <summary><c>state export</c>: the totals that the shards hold, as text.</summary>
internal static class StateExportCommand
{
    private const ulong NanosPerMilli = 1_000_000;

    /// <summary>The command.</summary>
    public static Command Create(Func<string, string?>? environment)
    {
        SettingsOption config = new(required: false, environment: environment);
        Option<int?> shard = StateRepairCommands.Number("--shard", "The shard to export; all of them without it.");
        Option<string> output = new("--output") { Description = "Form of the totals.", DefaultValueFactory = _ => "openmetrics" };
        output.AcceptOnlyFromAmong("openmetrics", "otlp-json");
        Command command = new(
            "export",
            "Write the totals of all closed steps to standard output: as OpenMetrics text, the series that remote write sends, or as OTLP JSON. "
            + "Changes nothing; workers may run.")
        {
            config, shard, output,
        };
        command.SetAction((parsed, stop) => StateCommand.RunAsync(
            config,
            parsed,
            (settings, topics) => RunAsync(
                settings, topics, parsed.GetValue(shard), parsed.GetValue(output) == "otlp-json", parsed.InvocationConfiguration, stop),
            stop));
        return command;
    }

    private static async Task<int> RunAsync(
        ProcessorSettings settings, TopicAdmin topics, int? only, bool json, InvocationConfiguration streams, CancellationToken stop)
    {
        try
        {
            int shards = await ApplicationLook.ShardsAsync(settings, topics).ConfigureAwait(false);
            if (only >= shards)
            {
                throw new ViewException($"there is no shard {only}: the application has shards 0 to {shards - 1}", ExitCode.Usage);
            }

            List<ExportMetricsServiceRequest> requests = await ProgressView.RunAsync(
                Terminal.ForError(streams.Error),
                TimeProvider.System,
                progress => Task.FromResult(Read(settings, only is int one ? [one] : Enumerable.Range(0, shards), progress, stop)))
                .ConfigureAwait(false);
            if (json)
            {
                TotalsText.WriteOtlpJson(requests, streams.Output);
            }
            else
            {
                TotalsText.WriteOpenMetrics(requests, settings, streams.Output);
            }

            return ExitCode.Ok;
        }
        catch (KafkaException exception)
        {
            return BrokerFailure.Print(exception, settings, streams.Error);
        }
        catch (ViewException exception)
        {
            await streams.Error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return exception.ExitCode;
        }
    }

    // All or nothing: a document with a shard missing would look whole.
    private static List<ExportMetricsServiceRequest> Read(
        ProcessorSettings settings, IEnumerable<int> shards, ProgressView progress, CancellationToken stop)
    {
        if (settings.Connector.IsDelta)
        {
            throw new ViewException(
                "there are no totals to export: with delta temporality a shard holds only what its last points told", ExitCode.BadConfiguration);
        }

        PointRules points = RulesBuilder.Points(settings);
        PointEncoder encoder = new(points, new SeriesLayout(RulesBuilder.Spans(settings)));
        using KafkaShardLog log = new(
            ClientConfigs.RangeConsumer(settings.Source.Kafka), settings.Stream.DeltasTopic, settings.Stream.StateTopic, TimeProvider.System,
            NullLogger.Instance)
        {
            Progress = reading => progress.Report($"reading {reading.Topic}[{reading.Partition}]", reading.Done, reading.Total, "offsets"),
        };
        List<ExportMetricsServiceRequest> requests = [];
        foreach (int shard in shards)
        {
            RestoredShard restored = new ShardReader(settings, log).Read(shard, stop);
            if (restored.State is not ShardState state)
            {
                throw new ViewException(restored.Problem ?? "", ExitCode.Failed);
            }

            StepRecords all = new(state, encoder, (ulong)((state.ClosedStep + 1) * points.IntervalMillis) * NanosPerMilli);
            while (all.MoveNext())
            {
                requests.Add(ExportMetricsServiceRequest.Parser.ParseFrom(all.Value));
            }
        }

        return requests;
    }
}
