using System.CommandLine;
using System.CommandLine.Parsing;
using StreamSpanMetrics.Commands.Repairs;
using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands;

/// <summary><c>state verify</c> and the commands that repair what it finds.</summary>
internal static class StateRepairCommands
{
    private static readonly string[] Stages = ["aggregate", "merge", "export"];

    /// <summary><c>state verify</c>.</summary>
    public static Command Verify(Func<string, string?>? environment)
    {
        SettingsOption config = new(required: false, environment: environment);
        Option<int?> shard = Number("--shard", "The shard to look at; all of them without it.");
        Option<string> output = StateCommand.Output();
        Command command = new(
            "verify",
            "Check all records of the state, the deltas that they need, and the committed offsets of all stages. Changes nothing; workers may "
            + "run. Exit code 4 if something is wrong.")
        {
            config, shard, output,
        };
        command.SetAction((parsed, stop) => StateCommand.RunAsync(
            config,
            parsed,
            (settings, topics) => new ViewRunner<VerifyReport>(settings, parsed.InvocationConfiguration, TimeProvider.System)
            {
                Look = (progress, cancel) => VerifyAsync(settings, topics, parsed.GetValue(shard), progress, cancel),
                Render = VerifyPrinter.Render,
                Judge = report => report.Findings.Count == 0 ? ExitCode.Ok : ExitCode.Failed,
            }.RunAsync(new ViewOptions(parsed.GetValue(output) == "json", null), stop),
            stop));
        return command;
    }

    /// <summary><c>state accept-gap</c>.</summary>
    public static Command AcceptGap(Func<string, string?>? environment)
    {
        RepairOptions options = new(environment);
        Option<bool> newTopic = new("--new-topic")
        {
            Description = "Go on with a source topic that was deleted and made anew, from its start. All workers must be stopped.",
        };
        Command command = new(
            "accept-gap",
            "Give up source records that a shard missed: it goes on behind them, and they are not counted. Workers may run.");
        options.AddTo(command);
        command.Add(newTopic);
        command.SetAction((parsed, stop) => options.RunAsync(
            parsed,
            (application, cancel) => parsed.GetValue(newTopic)
                ? new TopicRepair(application).PlanAsync(cancel)
                : new GapRepair(application, readAgain: false, options.Partition(parsed), TimeProvider.System)
                    .PlanAsync(options.Shard(parsed), cancel),
            stop));
        return command;
    }

    /// <summary><c>state rewind</c>.</summary>
    public static Command Rewind(Func<string, string?>? environment)
    {
        RepairOptions options = new(environment);
        Option<string?> offsets = new("--offsets")
        {
            Description = "Set the committed offsets of a stage to what the state says. Its workers must be stopped.",
            HelpName = "STAGE",
        };
        offsets.AcceptOnlyFromAmong(Stages);
        Command command = new(
            "rewind",
            "Read source records that a shard missed again, and count them at their place. Workers may run. With --offsets: set committed "
            + "offsets.");
        options.AddTo(command);
        command.Add(offsets);
        command.SetAction((parsed, stop) => options.RunAsync(
            parsed,
            (application, cancel) => parsed.GetValue(offsets) is string stage
                ? new OffsetRepair(application).PlanAsync(stage, options.Partition(parsed), cancel)
                : new GapRepair(application, readAgain: true, options.Partition(parsed), TimeProvider.System)
                    .PlanAsync(options.Shard(parsed), cancel),
            stop));
        return command;
    }

    /// <summary><c>state reset</c>.</summary>
    public static Command Reset(Func<string, string?>? environment)
    {
        RepairOptions options = new(environment) { HasPartition = false };
        Command command = new(
            "reset",
            "Make a shard restorable whose state is missing or damaged, with the least loss. Workers that run merge must be stopped.");
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(options.ShardOption) is not OptionResult { Implicit: false })
            {
                result.AddError("--shard N is needed.");
            }
        });
        command.SetAction((parsed, stop) => options.RunAsync(
            parsed, (application, cancel) => new ShardReset(application).PlanAsync(options.Shard(parsed) ?? 0, cancel), stop));
        return command;
    }

    /// <summary>An option with a number of at least 0.</summary>
    internal static Option<int?> Number(string name, string description)
    {
        Option<int?> option = new(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result => StateCommand.NotNegative(result.GetValueOrDefault<int?>() ?? 0, name, result.AddError));
        return option;
    }

    private static async Task<VerifyReport> VerifyAsync(
        ProcessorSettings settings, TopicAdmin topics, int? shard, ProgressView? progress, CancellationToken cancel)
    {
        using ApplicationExamination application = new(settings, topics, TimeProvider.System, progress);
        return await new StateVerification(application).RunAsync(shard, TimeProvider.System.GetUtcNow(), cancel).ConfigureAwait(false);
    }
}
