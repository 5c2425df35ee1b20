using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing.Programs;

namespace StreamSpanMetrics.Integration.Tests.Chaos;

/// <summary>Three workers under load, and what happens to them.</summary>
public sealed class ChaosRun(ChaosPlan plan, KafkaBroker broker, StreamApplication application, Traffic traffic, Action<string> say)
{
    private const int Workers = 3;
    private const int MostPartitions = 12;

    // 128 + SIGTERM.
    private const int TerminatedExitCode = 143;

    /// <summary>Longer than the session (6 s) and the transaction (4 s), with the ten seconds that a broker takes to look for expired ones.</summary>
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan RestoreDeadline = TimeSpan.FromSeconds(90);

    private readonly List<WorkerProcess> workers = [];

    /// <summary>How often each thing happened.</summary>
    public Dictionary<ChaosEvent, int> Happened { get; } = [];

    /// <summary>Starts the workers and lets things happen; at the end all workers are there.</summary>
    public async Task RunAsync()
    {
        for (int number = 0; number < Workers; number++)
        {
            workers.Add(application.StartWorker());
        }

        await workers[0].WaitForOutputAsync("restored", RestoreDeadline);
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < plan.Duration)
        {
            ChaosEvent next = plan.Next();
            int victim = plan.Pick(Workers);
            say($"{Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s: {next}, worker {victim}, {traffic.Sent} records sent");
            await HappenAsync(next, victim);
            Happened[next] = Happened.GetValueOrDefault(next) + 1;
            await Task.Delay(plan.UpTo(3_000));
            ReplaceEnded();
        }

        ReplaceEnded();
    }

    private async Task HappenAsync(ChaosEvent next, int victim)
    {
        WorkerProcess worker = workers[victim];
        switch (next)
        {
            case ChaosEvent.Kill:
                worker.Kill();
                await worker.WaitForExitAsync();
                await Task.Delay(plan.UpTo(2_000));
                break;
            case ChaosEvent.Restart:
                worker.Stop();
                int code = await worker.WaitForExitAsync();
                // A process so young that the runtime has not begun does not hear the signal: the kernel ends it, and nothing had happened.
                bool hadNotBegun = code == TerminatedExitCode && worker.Output.Length == 0;
                Assert.True(code == 0 || hadNotBegun, $"a worker that was told to stop ended with {code}:\n{worker.Output}");
                await Task.Delay(plan.UpTo(2_000));
                break;
            case ChaosEvent.Freeze:
                worker.Freeze();
                await Task.Delay(Frozen);
                worker.Thaw();
                break;
            case ChaosEvent.KillBroker:
                await broker.KillAsync();
                await Task.Delay(plan.UpTo(2_000));
                await broker.StartAgainAsync();
                break;
            default:
                await AddPartitionAsync();
                break;
        }
    }

    private async Task AddPartitionAsync()
    {
        if (traffic.Partitions >= MostPartitions)
        {
            return;
        }

        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        int partitions = traffic.Partitions + 1;
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = application.SourceTopic, IncreaseTo = partitions }]);
        traffic.Partitions = partitions;
    }

    // Whoever ends is started again, as an orchestrator does: killed ones, and those whose transaction was taken from them while they
    // were frozen or the broker was away.
    private void ReplaceEnded()
    {
        for (int number = 0; number < workers.Count; number++)
        {
            if (workers[number].HasExited)
            {
                say($"worker {number} ended with {workers[number].ExitCode} and is started again");
                workers[number] = application.StartWorker();
            }
        }
    }
}
