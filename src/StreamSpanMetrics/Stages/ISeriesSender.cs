using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Stages;

/// <summary>Pushes series to the receiver, trying for ever; used by several partitions at once.</summary>
public interface ISeriesSender
{
    /// <summary>
    /// Settles every sample of <paramref name="request"/>: taken, or refused for good. Ends early only by <paramref name="cancel"/>.
    /// Returns how many were taken.
    /// </summary>
    Task<long> SendAsync(WriteRequestBatch request, CancellationToken cancel);
}
