using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>A worker's way to the receiver.</summary>
internal sealed class SimSender(SimReceiver receiver, int worker) : ISeriesSender
{
    /// <summary>Whether the worker lives: the answer of a request that a dead one sent lets nothing go on.</summary>
    public bool IsDead { get; set; }

    /// <inheritdoc/>
    public Task<long> SendAsync(WriteRequestBatch request, CancellationToken cancel) =>
        IsDead ? new TaskCompletionSource<long>().Task : receiver.Send(worker, request, cancel);
}
