namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>A remote-write request on its way.</summary>
internal sealed class PendingRequest(int worker, byte[] body, long arrivalTicks, long answerTicks)
{
    private readonly TaskCompletionSource<long> answer = new();

    /// <summary>Worker that sent it; -1 for what the network repeats.</summary>
    public int Worker => worker;

    /// <summary>The encoded request.</summary>
    public byte[] Body => body;

    /// <summary>When it arrives, in ticks.</summary>
    public long ArrivalTicks => arrivalTicks;

    /// <summary>When its answer arrives, in ticks.</summary>
    public long AnswerTicks => answerTicks;

    /// <summary>Whether the receiver has it.</summary>
    public bool HasArrived { get; set; }

    /// <summary>The answer.</summary>
    public Task<long> Answer => answer.Task;

    /// <summary>The same request once more, for which nobody waits.</summary>
    public PendingRequest Again(long ticks) => new(-1, body, ticks, ticks);

    /// <summary>The answer has arrived.</summary>
    public void Settle() => answer.TrySetResult(1);

    /// <summary>The sender waits no longer; the request may arrive all the same.</summary>
    public void GiveUp() => answer.TrySetCanceled();
}
