using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// Sends one cut at a time beside the polling thread, and again after an abort (A4). All members are for the polling thread.
/// </summary>
internal sealed class CutCommitter
{
    /// <summary>
    /// Attempts within a handler of revocation or loss, whose time is short. What is not written then is read again by the next owner.
    /// </summary>
    private const int MaxAttemptsInHandler = 3;

    private readonly CutSender sender;
    private readonly Func<int, bool> owns;
    private readonly string stage;
    private readonly TimeProvider time;
    private readonly TaskLauncher launch;
    private readonly ILogger logger;
    private Task? inFlight;
    private TransactionOutcome arrived;
    private Cut? cut;

    public CutCommitter(CutSender sender, Func<int, bool> owns, string stage, TimeProvider time, TaskLauncher launch, ILogger logger)
    {
        this.sender = sender;
        this.owns = owns;
        this.stage = stage;
        this.time = time;
        this.launch = launch;
        this.logger = logger;
    }

    /// <summary>Whether a cut is on its way, or waits to be sent again: another one may not start.</summary>
    public bool IsBusy => cut is not null;

    /// <summary>Whether an outcome was unknown: nothing may be cut before the caller has gone back to the committed offsets.</summary>
    public bool MustRewind { get; private set; }

    /// <summary>Starts sending.</summary>
    public void Start(Cut next)
    {
        cut = next;
        inFlight = launch(() => arrived = sender.Send(next));
    }

    /// <summary>
    /// Looks whether the cut has arrived; null while it has not. An aborted one is sent again at the next call, so that a poll, and
    /// with it pending revocations, comes in between.
    /// </summary>
    public TransactionOutcome? Poll()
    {
        if (inFlight is null && cut is not null)
        {
            Restart();
        }

        if (inFlight is not { IsCompleted: true })
        {
            return null;
        }

        return Settle();
    }

    /// <summary>Waits until the cut has arrived or can no longer. For the handlers of revocation and loss.</summary>
    public TransactionOutcome? Wait()
    {
        TransactionOutcome? outcome = null;
        for (int attempt = 0; cut is not null && attempt < MaxAttemptsInHandler; attempt++)
        {
            if (inFlight is null)
            {
                Restart();
            }

            if (inFlight is not null)
            {
                outcome = Settle();
            }
        }

        if (cut is not null)
        {
            cut = null;
            MustRewind = true;
        }

        return outcome;
    }

    /// <summary>The caller has gone back to the committed offsets.</summary>
    public void Rewound() => MustRewind = false;

    /// <summary>Waits for what is on its way, whatever comes of it: the clients are about to be closed.</summary>
    public void Drain() => inFlight?.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();

    private void Restart()
    {
        Cut remaining = cut!.Keep(owns);
        if (remaining.Partitions.Count == 0)
        {
            cut = null;
            return;
        }

        Start(remaining);
    }

    private TransactionOutcome Settle()
    {
        inFlight!.GetAwaiter().GetResult();
        inFlight = null;
        TransactionOutcome outcome = arrived;
        if (outcome != TransactionOutcome.Aborted)
        {
            cut = null;
        }
        else
        {
            logger.CutAborted(stage, cut!.Partitions.Count, time);
        }

        MustRewind |= outcome == TransactionOutcome.Unknown;
        return outcome;
    }
}
