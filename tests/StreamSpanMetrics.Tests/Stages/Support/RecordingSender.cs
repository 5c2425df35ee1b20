using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>Keeps the requests; holds the answers back while it is told to.</summary>
internal sealed class RecordingSender : ISeriesSender
{
    private TaskCompletionSource<long>? held;

    /// <summary>Bodies of the requests, in order.</summary>
    public List<string> Bodies { get; } = [];

    /// <summary>Whether requests wait for <see cref="Answer"/>.</summary>
    public bool IsHolding { get; set; }

    /// <summary>Whether a request waits.</summary>
    public bool IsWaiting => held is not null;

    /// <summary>Requests given up by the loop.</summary>
    public int GivenUp { get; private set; }

    public Task<long> SendAsync(WriteRequestBatch request, CancellationToken cancel)
    {
        Bodies.Add(Convert.ToHexString(request.Body.Span));
        if (!IsHolding)
        {
            return Task.FromResult<long>(request.SampleCount);
        }

        TaskCompletionSource<long> waiting = new();
        held = waiting;
        cancel.Register(() =>
        {
            GivenUp++;
            waiting.TrySetCanceled(cancel);
        });
        return waiting.Task;
    }

    /// <summary>Settles the request that waits.</summary>
    public void Answer()
    {
        TaskCompletionSource<long> waiting = held!;
        held = null;
        waiting.SetResult(1);
    }
}
