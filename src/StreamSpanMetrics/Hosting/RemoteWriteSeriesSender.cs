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
    private long samplesSent;
    private long samplesRefused;

    public RemoteWriteSeriesSender(Core.Settings.RemoteWriteSettings settings, string userAgent, TimeProvider time, ILogger logger)
    {
        endpoint = settings.Endpoint.GetLeftPart(UriPartial.Path);
        this.logger = logger;
        sender = new RemoteWriteSender(settings, userAgent, RemoteWriteSender.CreateHandler(settings), time, this);
    }

    /// <summary>Samples that the receiver took.</summary>
    public long SamplesSent => Interlocked.Read(ref samplesSent);

    /// <summary>Samples that the receiver refused for good.</summary>
    public long SamplesRefused => Interlocked.Read(ref samplesRefused);

    public async Task SendAsync(WriteRequestBatch request, CancellationToken cancel)
    {
        RemoteWriteOutcome outcome = await sender.SendAsync(request, cancel).ConfigureAwait(false);
        Interlocked.Add(ref samplesSent, outcome.SamplesSent);
        Interlocked.Add(ref samplesRefused, outcome.SamplesRefused);
    }

    public void Away(DateTimeOffset since, int attempts, string cause) => logger.RemoteWriteAway(endpoint, since, attempts, cause);

    public void Back(DateTimeOffset since, int attempts) => logger.RemoteWriteBack(endpoint, since, attempts);

    public void Refused(RefusalReason reason, int samples, string answer) =>
        logger.SamplesRefused(samples, RefusalReasons.Label(reason), answer);

    public void Dispose() => sender.Dispose();
}
