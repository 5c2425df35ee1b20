using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Prometheus.RemoteWrite.V1;
using Snappier;
using StreamSpanMetrics.Http;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>
/// A remote-write receiver that takes everything with 204 and keeps it. What came is decoded only when somebody asks, so that the sink
/// takes little of the processor while others are measured.
/// </summary>
internal sealed class SampleSink : IAsyncDisposable
{
    private const string CallsName = "traces_span_metrics_calls_total";

    private readonly WebApplication application = QuietWeb.Create(IPAddress.Loopback, port: 0);
    private readonly Queue<(long Arrived, byte[] Body)> arrivals = new();
    private readonly Lock arrivalsLock = new();
    private readonly Dictionary<string, double> calls = new(StringComparer.Ordinal);

    private SampleSink()
    {
        application.Run(TakeAsync);
    }

    /// <summary>Where to write to.</summary>
    public Uri Address => new(QuietWeb.AddressOf(application), "/api/v1/write");

    /// <summary>Starts a sink.</summary>
    public static async Task<SampleSink> StartAsync()
    {
        SampleSink sink = new();
        await sink.application.StartAsync();
        return sink;
    }

    /// <summary>Sum of the newest values of all call counters, over what has come so far.</summary>
    public long CountedSpans => (long)calls.Values.Sum();

    /// <summary>Decodes what has come until the counters say so many spans.</summary>
    /// <returns>When the request came that made them complete, a timestamp of <see cref="Stopwatch"/>; null while they are not.</returns>
    public long? TimeOfCompletion(long spans)
    {
        while (Next() is (long arrived, byte[] body))
        {
            Add(WriteRequest.Parser.ParseFrom(Snappy.DecompressToArray(body)));
            if (CountedSpans >= spans)
            {
                return arrived;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private (long Arrived, byte[] Body)? Next()
    {
        lock (arrivalsLock)
        {
            return arrivals.TryDequeue(out (long, byte[]) next) ? next : null;
        }
    }

    // Within a series samples come in the order of time.
    private void Add(WriteRequest request)
    {
        foreach (TimeSeries series in request.Timeseries)
        {
            if (series.Labels.Any(label => label.Name == "__name__" && label.Value == CallsName))
            {
                calls[string.Join('\n', series.Labels.Select(label => $"{label.Name}={label.Value}"))] = series.Samples[^1].Value;
            }
        }
    }

    private async Task TakeAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        lock (arrivalsLock)
        {
            arrivals.Enqueue((Stopwatch.GetTimestamp(), body.ToArray()));
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
