using System.CommandLine;
using Confluent.Kafka;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands;

/// <summary>
/// <c>topics</c>: checks the source and internal topics of an application, and creates on request what is missing. Looking at a topic
/// never makes the broker create it (S5).
/// </summary>
public static class TopicsCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Func<string, string?>? environment = null)
    {
        SettingsOption config = new(required: false, environment: environment);
        Option<bool> create = new("--create") { Description = "Create the topics that are missing." };
        Option<string> output = new("--output") { Description = "Form of the answer.", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        Command command = new("topics", "Check the topics of the application, or create them.") { config, create, output };
        command.SetAction((parsed, stop) => config.TryLoad(parsed, out ProcessorSettings? settings)
            ? Interruption.RunAsync(
                inner => RunAsync(settings, parsed.GetValue(create), parsed.GetValue(output) == "json", parsed.InvocationConfiguration, inner),
                stop,
                Interruption.QuestionPatience)
            : Task.FromResult(ExitCode.BadConfiguration));
        return command;
    }

    private static async Task<int> RunAsync(
        ProcessorSettings settings, bool create, bool json, InvocationConfiguration console, CancellationToken stop)
    {
        IReadOnlyList<TopicFinding> findings;
        using TopicAdmin admin = new(ClientConfigs.Client(settings.Source.Kafka));
        try
        {
            TopicInspection inspection = new(settings, admin, TimeProvider.System);
            findings = await ProgressView.RunAsync(
                Terminal.ForError(console.Error), TimeProvider.System, progress => inspection.RunAsync(create, progress, stop)).ConfigureAwait(false);
        }
        catch (KafkaException exception)
        {
            return BrokerFailure.Print(exception, settings, console.Error, admin.Reason);
        }

        if (json)
        {
            TopicPrinter.PrintJson(findings, console.Output);
        }
        else
        {
            TopicPrinter.PrintText(findings, console.Output);
        }

        return TopicPrinter.AllIsWell(findings) ? ExitCode.Ok : ExitCode.Failed;
    }
}
