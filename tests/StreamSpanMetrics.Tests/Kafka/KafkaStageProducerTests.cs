using System.Reflection;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Kafka;

/// <summary>What becomes of a transaction when a call of the client does not come back (A4).</summary>
public sealed class KafkaStageProducerTests
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(4);
    private static readonly TopicPartitionOffset[] Positions = [new("spans", 0, 7)];

    private readonly HeldTime time = new();
    private readonly List<ScriptedClient> clients = [];

    [Fact]
    public async Task A_call_that_comes_back_in_time_commits_and_its_client_stays()
    {
        using KafkaStageProducer producer = Producer(_ => { });

        Assert.Equal(TransactionOutcome.Committed, await CommitAsync(producer));
        Assert.Equal(TransactionOutcome.Committed, await CommitAsync(producer));

        ScriptedClient client = Assert.Single(clients);
        Assert.False(client.IsDisposed);
    }

    [Fact]
    public async Task A_call_that_never_comes_back_leaves_the_outcome_to_a_new_client()
    {
        using ManualResetEventSlim never = new();
        using KafkaStageProducer producer = Producer(number => Hang(number == 0 ? never : null));

        Task<TransactionOutcome> commit = CommitAsync(producer);
        await time.PassAsync();
        Assert.Equal(TransactionOutcome.Unknown, await commit);

        Assert.Equal(2, clients.Count);
        Assert.Contains(nameof(IProducer<,>.InitTransactions), clients[1].Calls);
        // Somebody is inside: a client that is destroyed then takes the process with it.
        Assert.False(clients[0].IsDisposed);
        Assert.Equal(TransactionOutcome.Committed, await CommitAsync(producer));

        never.Set();
        await clients[0].Disposal.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_call_that_fails_in_time_is_sorted_as_ever()
    {
        using KafkaStageProducer producer = Producer(_ => throw new KafkaTxnRequiresAbortException(new Error(ErrorCode.IllegalGeneration)));

        Assert.Equal(TransactionOutcome.Aborted, await CommitAsync(producer));

        Assert.Contains(nameof(IProducer<,>.AbortTransaction), Assert.Single(clients).Calls);
    }

    private static void Hang(ManualResetEventSlim? until) => until?.Wait(TestContext.Current.CancellationToken);

    private KafkaStageProducer Producer(Action<int> sendOffsets) => new(
        () =>
        {
            int number = clients.Count;
            IProducer<byte[]?, byte[]?> client = ScriptedClient.Make(() => sendOffsets(number));
            clients.Add((ScriptedClient)client);
            return client;
        },
        CallTimeout, () => { }, time, NullLogger.Instance, TestContext.Current.CancellationToken);

    private static Task<TransactionOutcome> CommitAsync(KafkaStageProducer producer) =>
        Task.Run(() => producer.Run(client => producer.SendOffsets(client, Positions, null!)));

    /// <summary>A client that does nothing, but for sending offsets.</summary>
    public class ScriptedClient : DispatchProxy
    {
        private readonly TaskCompletionSource disposal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Action sendOffsets = () => { };

        /// <summary>Names of the calls, as they came.</summary>
        public List<string> Calls { get; } = [];

        /// <summary>Whether it was destroyed.</summary>
        public bool IsDisposed => Disposal.IsCompleted;

        /// <summary>Ends when it is destroyed.</summary>
        public Task Disposal => disposal.Task;

        /// <summary>A client that runs <paramref name="sendOffsets"/> where offsets are sent.</summary>
        public static IProducer<byte[]?, byte[]?> Make(Action sendOffsets)
        {
            IProducer<byte[]?, byte[]?> client = Create<IProducer<byte[]?, byte[]?>, ScriptedClient>();
            ((ScriptedClient)client).sendOffsets = sendOffsets;
            return client;
        }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Calls.Add(targetMethod!.Name);
            if (targetMethod.Name == nameof(IProducer<,>.SendOffsetsToTransaction))
            {
                sendOffsets();
            }
            else if (targetMethod.Name == nameof(IDisposable.Dispose))
            {
                disposal.SetResult();
            }

            return null;
        }
    }
    /// <summary>A clock that stands, with one timer that fires when it is told to.</summary>
    private sealed class HeldTime : TimeProvider
    {
        private readonly TaskCompletionSource<Action> asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Assert.True(dueTime > CallTimeout, "the client's own time-out has to come first");
            asked.TrySetResult(() => callback(state));
            return new NoTimer();
        }

        /// <summary>Waits for somebody to wait, and lets that time pass.</summary>
        public async Task PassAsync() => (await asked.Task)();

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
