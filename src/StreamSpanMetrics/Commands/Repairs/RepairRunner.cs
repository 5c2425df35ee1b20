using System.CommandLine;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>Shows a plan, asks, and does it: state records and offsets that belong to them in one transaction.</summary>
internal sealed class RepairRunner
{
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromSeconds(10);

    private readonly ProcessorSettings settings;
    private readonly TextWriter output;
    private readonly TextWriter error;
    private readonly Func<string?>? ask;

    /// <summary>A runner.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="streams">Where to write.</param>
    /// <param name="ask">Reads an answer; null where nobody can be asked.</param>
    public RepairRunner(ProcessorSettings settings, InvocationConfiguration streams, Func<string?>? ask)
    {
        this.settings = settings;
        this.ask = ask;
        output = streams.Output;
        error = streams.Error;
    }

    /// <summary>Plans and, if it may, does it; returns the exit code.</summary>
    /// <param name="plan">Makes the plan.</param>
    /// <param name="yes">Whether the answer is given already.</param>
    /// <param name="dryRun">Whether only the plan is shown.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<int> RunAsync(
        Func<ApplicationExamination, CancellationToken, Task<RepairPlan>> plan, bool yes, bool dryRun, CancellationToken stop)
    {
        using TopicAdmin topics = new(ClientConfigs.Client(settings.Source.Kafka));
        try
        {
            RepairPlan made = await ProgressView.RunAsync(
                Terminal.ForError(error),
                TimeProvider.System,
                async progress =>
                {
                    using ApplicationExamination application = new(settings, topics, TimeProvider.System, progress);
                    return await plan(application, stop).ConfigureAwait(false);
                }).ConfigureAwait(false);
            return await RunAsync(made, yes, dryRun, stop).ConfigureAwait(false);
        }
        catch (KafkaException exception)
        {
            return BrokerFailure.Print(exception, settings, error);
        }
        catch (ViewException exception)
        {
            await error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return exception.ExitCode;
        }
        catch (Exception exception) when (exception is StageStoppedException or RangeDeletedException)
        {
            await error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return ExitCode.Failed;
        }
    }

    private async Task<int> RunAsync(RepairPlan plan, bool yes, bool dryRun, CancellationToken stop)
    {
        foreach (RepairAction action in plan.Actions)
        {
            await output.WriteLineAsync(action.Text).ConfigureAwait(false);
        }

        foreach (string loss in plan.Losses)
        {
            await output.WriteLineAsync("This means: " + loss).ConfigureAwait(false);
        }

        foreach (string problem in plan.Problems)
        {
            await error.WriteLineAsync("stays wrong: " + problem).ConfigureAwait(false);
        }

        int end = plan.Problems.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
        if (plan.Actions.Count == 0)
        {
            await output.WriteLineAsync(plan.Problems.Count == 0 ? "There is nothing to repair." : "Nothing was changed.").ConfigureAwait(false);
            return end;
        }

        if (dryRun)
        {
            await output.WriteLineAsync("Nothing was changed: --dry-run.").ConfigureAwait(false);
            return end;
        }

        if (!yes && ask is null)
        {
            await error.WriteLineAsync("Nothing was changed: nobody can be asked here. Give --yes to do it.").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        if (!yes && !Confirmed())
        {
            await output.WriteLineAsync("Nothing was changed.").ConfigureAwait(false);
            return ExitCode.Interrupted;
        }

        await WriteAsync(plan, stop).ConfigureAwait(false);
        await output.WriteLineAsync("Done.").ConfigureAwait(false);
        return end;
    }

    private bool Confirmed()
    {
        output.Write("Do this? [y/N] ");
        output.Flush();
        return ask!()?.Trim().ToUpperInvariant() is "Y" or "YES";
    }

    private async Task WriteAsync(RepairPlan plan, CancellationToken stop)
    {
        if (plan.Actions.Exists(action => action.Records.Count > 0))
        {
            WriteTransaction(plan, stop);
            return;
        }

        using GroupAdmin groups = new(ClientConfigs.Client(settings.Source.Kafka));
        foreach (IGrouping<(string Stage, string Topic), RepairAction> stage in plan.Actions.GroupBy(action => (action.Stage!, action.Topic)))
        {
            Dictionary<int, long> offsets = stage.SelectMany(action => action.Offsets).ToDictionary();
            await groups.SetAsync(settings.Stream.Group(stage.Key.Stage), stage.Key.Topic, offsets).ConfigureAwait(false);
        }
    }

    // One repair at a time: whoever comes second fences the first, and none is half done.
    private void WriteTransaction(RepairPlan plan, CancellationToken stop)
    {
        StreamSettings stream = settings.Stream;
        ProducerConfig config = ClientConfigs.Producer(settings.Source.Kafka, stream.ApplicationId + ".repair", TransactionTimeout, "none");
        using KafkaStageProducer producer = new(config, () => { }, TimeProvider.System, NullLogger.Instance, stop);
        TransactionOutcome outcome = producer.Run(client =>
        {
            KafkaStageProducer.ProduceAll(client, [.. plan.Actions.SelectMany(action => action.Records
                .Select(record => new OutgoingRecord(stream.StateTopic, action.Shard, record.Key, record.Value)))]);
            foreach (RepairAction action in plan.Actions.Where(action => action.Offsets.Count > 0))
            {
                producer.SendOffsets(
                    client,
                    [.. action.Offsets.Select(offset => new TopicPartitionOffset(action.Topic, offset.Key, offset.Value))],
                    GroupAdmin.EmptyMembership(settings.Source.Kafka, stream.Group(action.Stage!)));
            }
        });
        if (outcome != TransactionOutcome.Committed)
        {
            throw new ViewException(
                $"the transaction ended as {Messages.Outcome(outcome)}: look with 'state verify' whether anything was written, and give the "
                + "command again",
                ExitCode.Failed);
        }
    }
}
