using System.CommandLine;
using Confluent.Kafka;
using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands;

/// <summary><c>lag</c>: how far behind the stages are, and which partition holds the step back.</summary>
public static class LagCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Func<string, string?>? environment = null)
    {
        SettingsOption config = new(required: false, environment: environment);
        WatchOption watch = new();
        Option<string> output = new("--output") { Description = "Form of the answer.", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        Command command = new(
            "lag",
            "Show how far behind the stages are and which source partition holds the step back. Seconds behind of a partition: the timestamp "
                + "of its newest readable record minus that of the first record that the group has not committed, 0 at the end. Records "
                + "behind: offsets between the two; in topics that transactions write, their markers count. Joins no group.")
        {
            config, watch, output,
        };
        command.SetAction((parsed, stop) => config.TryLoad(parsed, out ProcessorSettings? settings)
            ? Interruption.RunAsync(
                inner => RunAsync(settings, new ViewOptions(parsed.GetValue(output) == "json", watch.Interval(parsed)), parsed, inner),
                stop,
                Interruption.QuestionPatience)
            : Task.FromResult(ExitCode.BadConfiguration));
        return command;
    }

    private static async Task<int> RunAsync(ProcessorSettings settings, ViewOptions options, ParseResult parsed, CancellationToken stop)
    {
        ClientConfig client = ClientConfigs.Client(settings.Source.Kafka);
        using TopicAdmin topics = new(client);
        using GroupAdmin groups = new(client);
        LagInspection inspection = new(settings, topics, groups, TimeProvider.System);
        ViewRunner<LagReport> runner = new(settings, parsed.InvocationConfiguration, TimeProvider.System)
        {
            Look = inspection.RunAsync,
            Render = LagPrinter.Render,
        };
        return await runner.RunAsync(options, stop).ConfigureAwait(false);
    }
}
