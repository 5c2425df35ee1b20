using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>A worker's way to the receiver.</summary>
internal sealed class SimSender(SimReceiver receiver, int worker, SimConsumer consumer) : ISeriesSender
{
    /// <summary>Whether the worker lives: the answer of a request that a dead one sent lets nothing go on.</summary>
    public bool IsDead { get; set; }

    /// <inheritdoc/>
    public async Task<long> SendAsync(WriteRequestBatch request, CancellationToken cancel)
    {
        long taken = await (IsDead ? new TaskCompletionSource<long>().Task : receiver.Send(worker, request, cancel)).ConfigureAwait(false);
        consumer.HasNews = true;
        return taken;
    }
}
