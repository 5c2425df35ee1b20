using System.CommandLine;
using StreamSpanMetrics.Commands.Repairs;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Commands;

/// <summary>The options that commands which repair have in common.</summary>
internal sealed class RepairOptions
{
    private readonly SettingsOption config;
    private readonly Option<int?> partition = StateRepairCommands.Number("--partition", "The source partition; all of them without it.");
    private readonly Option<bool> yes = new("--yes", "-y") { Description = "Do it without asking." };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Only show what would be done." };

    public RepairOptions(Func<string, string?>? environment) => config = new SettingsOption(required: false, environment: environment);

    /// <summary>Whether there is an option for a partition.</summary>
    public bool HasPartition { get; init; } = true;

    /// <summary>The option for a shard.</summary>
    public Option<int?> ShardOption { get; } = StateRepairCommands.Number("--shard", "The shard; all of them without it.");

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        command.Add(config);
        command.Add(ShardOption);
        if (HasPartition)
        {
            command.Add(partition);
        }

        command.Add(yes);
        command.Add(dryRun);
    }

    /// <summary>The shard; null without.</summary>
    public int? Shard(ParseResult parsed) => parsed.GetValue(ShardOption);

    /// <summary>The partition; null without.</summary>
    public int? Partition(ParseResult parsed) => parsed.GetValue(partition);

    /// <summary>Runs a repair.</summary>
    public Task<int> RunAsync(
        ParseResult parsed, Func<ApplicationExamination, CancellationToken, Task<RepairPlan>> plan, CancellationToken stop)
    {
        if (!config.TryLoad(parsed, out ProcessorSettings? settings))
        {
            return Task.FromResult(ExitCode.BadConfiguration);
        }

        bool isTerminal = ReferenceEquals(parsed.InvocationConfiguration.Output, Console.Out) && !Console.IsInputRedirected;
        RepairRunner runner = new(settings, parsed.InvocationConfiguration, isTerminal ? Console.In.ReadLine : null);
        return Interruption.RunAsync(
            cancel => runner.RunAsync(plan, parsed.GetValue(yes), parsed.GetValue(dryRun), cancel), stop, Interruption.QuestionPatience);
    }
}
