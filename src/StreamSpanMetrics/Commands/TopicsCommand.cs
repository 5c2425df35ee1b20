using System.CommandLine;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
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
            ? RunAsync(settings, parsed.GetValue(create), parsed.GetValue(output) == "json", parsed.InvocationConfiguration, stop)
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
            findings = await new TopicInspection(settings, admin, TimeProvider.System).RunAsync(create, stop).ConfigureAwait(false);
        }
        catch (KafkaException exception) when (exception.Error.IsLocalError && exception.Error.Code != ErrorCode.Local_Partial)
        {
            string brokers = string.Join(',', settings.Source.Kafka.Brokers);
            await console.Error.WriteLineAsync(FormattableString.Invariant(
                $"no broker at {brokers} answered within {TopicAdmin.AskTimeout.TotalSeconds} s: {admin.Reason(exception)}")).ConfigureAwait(false);
            return ExitCode.CouldNotStart;
        }
        catch (KafkaException exception)
        {
            await console.Error.WriteLineAsync("the broker refuses: " + Reason(exception)).ConfigureAwait(false);
            return ExitCode.Failed;
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

    // The client wraps the broker's answers: the useful words are in the answer for the one topic that was asked about.
    private static string Reason(KafkaException exception)
    {
        Error? error = exception switch
        {
            DescribeTopicsException describe => describe.Results.TopicDescriptions.Find(topic => topic.Error.IsError)?.Error,
            DescribeConfigsException configs => configs.Results.Find(topic => topic.Error.IsError)?.Error,
            CreateTopicsException create => create.Results.Find(topic => topic.Error.IsError)?.Error,
            _ => null,
        };
        return (error ?? exception.Error).Reason;
    }
}
