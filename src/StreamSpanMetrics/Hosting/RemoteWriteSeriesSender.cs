using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.RemoteWrite;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Hosting;

/// <summary>Lets the export loop push through remote write, and its troubles be logged.</summary>
internal sealed class RemoteWriteSeriesSender : ISeriesSender, IRemoteWriteObserver, IDisposable
{
    private readonly string endpoint;
    private readonly ILogger logger;
    private readonly RemoteWriteSender sender;
    private readonly WorkerMetrics metrics;
    private readonly TimeProvider time;
    private long awaySinceTicks;

    public RemoteWriteSeriesSender(
        Core.Settings.RemoteWriteSettings settings, string userAgent, WorkerMetrics metrics, TimeProvider time, ILogger logger)
    {
        this.metrics = metrics;
        this.time = time;
        endpoint = settings.Endpoint.GetLeftPart(UriPartial.Path);
        this.logger = logger;
        sender = new RemoteWriteSender(settings, userAgent, RemoteWriteSender.CreateHandler(settings), time, this);
        metrics.ObserveRemoteWrite(AwayFor);
        foreach (RefusalReason reason in Enum.GetValues<RefusalReason>())
        {
            metrics.SamplesRefused(RefusalReasons.Label(reason), 0);
        }
    }

    public async Task<long> SendAsync(WriteRequestBatch request, CancellationToken cancel)
    {
        long started = time.GetTimestamp();
        RemoteWriteOutcome outcome = await sender.SendAsync(request, cancel).ConfigureAwait(false);
        metrics.SamplesSent(outcome.SamplesSent, time.GetElapsedTime(started));
        foreach (RefusalReason reason in Enum.GetValues<RefusalReason>())
        {
            metrics.SamplesRefused(RefusalReasons.Label(reason), outcome.Refused(reason));
        }

        return outcome.SamplesSent;
    }

    public void Retried() => metrics.RemoteWriteRetried();

    public void Away(DateTimeOffset since, int attempts, string cause)
    {
        Interlocked.Exchange(ref awaySinceTicks, since.UtcTicks);
        logger.RemoteWriteAway(endpoint, since, attempts, cause);
    }

    public void Back(DateTimeOffset since, int attempts)
    {
        Interlocked.Exchange(ref awaySinceTicks, 0);
        logger.RemoteWriteBack(endpoint, since, attempts);
    }

    public void FellBack(string answer) => logger.RemoteWriteFellBack(endpoint, answer);

    public void Refused(RefusalReason reason, int samples, string answer) =>
        logger.SamplesRefused(samples, RefusalReasons.Label(reason), answer);

    public void Dispose() => sender.Dispose();

    private TimeSpan AwayFor()
    {
        long since = Interlocked.Read(ref awaySinceTicks);
        return since == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(0, time.GetUtcNow().UtcTicks - since));
    }
}
