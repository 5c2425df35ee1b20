using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// Writes one transaction at a time beside the polling thread, and again after an abort (A4). All members are for the polling thread.
/// </summary>
internal sealed class MergeCommitter
{
    private readonly IStageConsumer consumer;
    private readonly IStageProducer producer;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly TaskLauncher launch;
    private readonly ILogger logger;
    private MergeTransaction? current;
    private Task? attempt;
    private TransactionOutcome attempted;

    public MergeCommitter(
        IStageConsumer consumer, IStageProducer producer, StageTelemetry telemetry, TimeProvider time, TaskLauncher launch, ILogger logger)
    {
        this.consumer = consumer;
        this.producer = producer;
        this.telemetry = telemetry;
        this.time = time;
        this.launch = launch;
        this.logger = logger;
    }

    /// <summary>The transaction on its way, or waiting to be tried again: another one may not start.</summary>
    public MergeTransaction? Current => current;

    /// <summary>Starts a transaction.</summary>
    public void Start(MergeTransaction transaction)
    {
        current = transaction;
        StartAttempt(transaction);
    }

    /// <summary>
    /// Looks whether the transaction has ended; null while it has not. An aborted one is tried again at the next call, so that a poll, and
    /// with it pending revocations, comes in between.
    /// </summary>
    public (MergeTransaction Transaction, TransactionOutcome Outcome)? Poll()
    {
        if (attempt is null && current is not null)
        {
            StartAttempt(current);
        }

        return attempt is { IsCompleted: true } ? Settle() : null;
    }

    /// <summary>
    /// Waits for the attempt that is on its way, for the handlers of revocation and loss; null if there is none, or if it was aborted. The
    /// producer is free afterwards.
    /// </summary>
    public (MergeTransaction Transaction, TransactionOutcome Outcome)? Wait() => attempt is null ? null : Settle();

    /// <summary>Writes a transaction at once, while no other one is on its way.</summary>
    public TransactionOutcome Write(MergeTransaction transaction)
    {
        Dictionary<int, long> offsets = new() { [transaction.Shard.Number] = transaction.DeltasOffset };
        long started = time.GetTimestamp();
        TransactionOutcome outcome = producer.Commit(transaction.Records, offsets, consumer);
        telemetry.Metrics.Transaction(telemetry.Stage, Messages.Outcome(outcome), time.GetElapsedTime(started));
        return outcome;
    }

    /// <summary>Drops the transaction that waits to be tried again: its shard is no longer ours.</summary>
    public void Drop()
    {
        if (attempt is not null)
        {
            throw new InvalidOperationException("A transaction on its way cannot be dropped.");
        }

        current = null;
    }

    /// <summary>Waits for what is on its way, whatever comes of it: the clients are about to be closed.</summary>
    public void Drain()
    {
        if (attempt is not null)
        {
            attempt.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        }
    }

    private void StartAttempt(MergeTransaction transaction) => attempt = launch(() => attempted = Write(transaction));

    private (MergeTransaction Transaction, TransactionOutcome Outcome)? Settle()
    {
        MergeTransaction settled = current!;
        attempt!.GetAwaiter().GetResult();
        attempt = null;
        if (attempted == TransactionOutcome.Aborted)
        {
            logger.PointsAborted(telemetry.Name, settled.Shard.Number, time);
            return null;
        }

        current = null;
        return (settled, attempted);
    }
}
