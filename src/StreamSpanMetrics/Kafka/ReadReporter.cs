using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Kafka;

/// <summary>Says how far one read of a range is: to a listener always, to the log every 5 s, so that short reads say nothing there.</summary>
internal sealed class ReadReporter
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    private readonly Action<ReadProgress>? listener;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private long lastLogged;

    public ReadReporter(Action<ReadProgress>? listener, TimeProvider time, ILogger logger)
    {
        this.listener = listener;
        this.time = time;
        this.logger = logger;
        lastLogged = time.GetTimestamp();
    }

    /// <summary>Takes note of progress.</summary>
    public void Report(ReadProgress reading)
    {
        listener?.Invoke(reading);
        if (time.GetElapsedTime(lastLogged) >= LogInterval)
        {
            lastLogged = time.GetTimestamp();
            logger.Reading(reading.Topic, reading.Partition, reading.Done, reading.Total);
        }
    }
}
