using System.CommandLine;
using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands;

/// <summary><c>state</c>: what the shards hold, read from the log as merge restores it.</summary>
public static class StateCommand
{
    private const int DefaultTop = 10;

    /// <summary>The command with its subcommands.</summary>
    public static Command Create(Func<string, string?>? environment = null) => new(
        "state", "Look at the state of an application, read from Kafka as a worker restores it, and repair it.")
    {
        List(environment),
        Show(environment),
        StateRepairCommands.Verify(environment),
        StateExportCommand.Create(environment),
        StateRepairCommands.AcceptGap(environment),
        StateRepairCommands.Rewind(environment),
        StateRepairCommands.Reset(environment),
    };

    private static Command List(Func<string, string?>? environment)
    {
        SettingsOption config = new(required: false, environment: environment);
        WatchOption watch = new();
        Option<string> output = Output();
        Command command = new("ls", "List the shards: last closed step, active series, age of the snapshot, sizes.") { config, watch, output };
        command.SetAction((parsed, stop) => RunAsync(
            config,
            parsed,
            (settings, topics) => new ViewRunner<StateReport<ShardSummary>>(settings, parsed.InvocationConfiguration, TimeProvider.System)
            {
                Look = async (progress, cancel) => Summaries(
                    await new StateInspection(settings, topics, TimeProvider.System).RunAsync(null, progress, cancel).ConfigureAwait(false)),
                Render = StatePrinter.RenderList,
                Judge = Judge,
            }.RunAsync(new ViewOptions(parsed.GetValue(output) == "json", watch.Interval(parsed)), stop),
            stop));
        return command;
    }

    private static Command Show(Func<string, string?>? environment)
    {
        SettingsOption config = new(required: false, environment: environment);
        WatchOption watch = new();
        Option<string> output = Output();
        Option<int?> shard = new("--shard") { Description = "The shard to show; all of them without it.", HelpName = "N" };
        Option<int> top = new("--top") { Description = "Services to show by name.", HelpName = "N", DefaultValueFactory = _ => DefaultTop };
        shard.Validators.Add(result => NotNegative(result.GetValueOrDefault<int?>() ?? 0, "--shard", result.AddError));
        top.Validators.Add(result => NotNegative(result.GetValueOrDefault<int>(), "--top", result.AddError));
        Command command = new("show", "Show what a shard holds: series by service, source partitions, the rules of the first start.")
        {
            config, shard, top, watch, output,
        };
        command.SetAction((parsed, stop) => RunAsync(
            config,
            parsed,
            (settings, topics) => new ViewRunner<StateReport<ShardDetail>>(settings, parsed.InvocationConfiguration, TimeProvider.System)
            {
                Look = new StateInspection(settings, topics, TimeProvider.System) { TopServices = parsed.GetValue(top) }
                    .Looker(parsed.GetValue(shard)),
                Render = StatePrinter.RenderDetails,
                Judge = Judge,
            }.RunAsync(new ViewOptions(parsed.GetValue(output) == "json", watch.Interval(parsed)), stop),
            stop));
        return command;
    }

    internal static Task<int> RunAsync(
        SettingsOption config, ParseResult parsed, Func<ProcessorSettings, TopicAdmin, Task<int>> run, CancellationToken stop)
    {
        if (!config.TryLoad(parsed, out ProcessorSettings? settings))
        {
            return Task.FromResult(ExitCode.BadConfiguration);
        }

        return Interruption.RunAsync(
            async _ =>
            {
                using TopicAdmin topics = new(ClientConfigs.Client(settings.Source.Kafka));
                return await run(settings, topics).ConfigureAwait(false);
            },
            stop,
            Interruption.QuestionPatience);
    }

    private static StateReport<ShardSummary> Summaries(StateReport<ShardDetail> report) => new()
    {
        ApplicationId = report.ApplicationId, Time = report.Time, Shards = [.. report.Shards.Select(shard => shard.Summary())],
    };

    private static int Judge<TShard>(StateReport<TShard> report)
        where TShard : ShardSummary => report.Shards.All(shard => shard.Problem is null) ? ExitCode.Ok : ExitCode.Failed;

    internal static Option<string> Output()
    {
        Option<string> output = new("--output") { Description = "Form of the answer.", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        return output;
    }

    internal static void NotNegative(int value, string option, Action<string> addError)
    {
        if (value < 0)
        {
            addError($"{option} must not be negative.");
        }
    }
}
