using System.Globalization;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Hosting;
using StreamSpanMetrics.Telemetry;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Deploy;

/// <summary>
/// The captured spans of a Flask shop, counted under some settings as if the same spans came again in every step, and written to a
/// Prometheus by the code that the worker does it with.
/// </summary>
internal sealed class RecordedTraffic
{
    private const string Spans = "files/flask.binpb";

    private readonly ProcessorSettings settings;
    private readonly ExportMetricsServiceRequest totals;

    /// <summary>Counts the spans.</summary>
    /// <param name="settings">How they are counted.</param>
    /// <param name="service">Name that the shop gets.</param>
    public RecordedTraffic(ProcessorSettings settings, string service)
    {
        this.settings = settings;
        TotalsComputation computation = new(settings);
        foreach (byte[] record in FixtureFiles.ReadMessages(Spans))
        {
            ExportTraceServiceRequest request = ExportTraceServiceRequest.Parser.ParseFrom(record);
            foreach (ResourceSpans resource in request.ResourceSpans)
            {
                resource.Resource.Attributes.Single(attribute => attribute.Key == "service.name").Value.StringValue = service;
                Entered.AddRange(resource.ScopeSpans.SelectMany(scope => scope.Spans).Where(span => span.Kind == Span.Types.SpanKind.Server));
            }

            Assert.False(computation.Add(request.ToByteArray()).Exists);
        }

        computation.Complete();
        using StringWriter json = new(CultureInfo.InvariantCulture);
        computation.WriteOtlpJson(json);
        totals = ExportMetricsServiceRequest.Parser.ParseJson(json.ToString());
    }

    /// <summary>Server spans of one step, of which there is nothing but the spans themselves.</summary>
    public List<Span> Entered { get; } = [];

    /// <summary>Length of a step in seconds.</summary>
    public double StepSeconds => RulesBuilder.Points(settings).IntervalMillis / 1000.0;

    /// <summary>Writes a point of every series for each step in a length of time.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="end">Time of the last points.</param>
    /// <param name="length">Time between the first points and the last.</param>
    public async Task WriteAsync(Uri endpoint, DateTimeOffset end, TimeSpan length)
    {
        RemoteWriteSettings remoteWrite = settings.RemoteWrite! with { Endpoint = endpoint };
        using WorkerMetrics metrics = new("tests", TimeProvider.System);
        using RemoteWriteSeriesSender sender = new(remoteWrite, "tests", metrics, TimeProvider.System, NullLogger.Instance);
        SeriesTranslator translator = new(RulesBuilder.Prometheus(settings));
        int steps = (int)(length.TotalSeconds / StepSeconds);
        for (int step = 0; step <= steps; step++)
        {
            DateTimeOffset time = end - TimeSpan.FromSeconds((steps - step) * StepSeconds);
            SeriesBuffer series = new();
            translator.Translate(After((ulong)step, time), series);
            RemoteWriteBatcher batcher = new(remoteWrite.MaxBatchBytes, sendMetadata: step == 0);
            batcher.Append(series);
            foreach (WriteRequestBatch request in batcher.Requests())
            {
                // A sample that is not taken was refused.
                Assert.Equal(request.SampleCount, await sender.SendAsync(request, TestContext.Current.CancellationToken));
            }
        }
    }

    // The totals after so many steps, each with the same spans.
    private ExportMetricsServiceRequest After(ulong steps, DateTimeOffset time)
    {
        ExportMetricsServiceRequest request = totals.Clone();
        ulong nanos = (ulong)time.ToUnixTimeMilliseconds() * 1_000_000;
        foreach (Metric metric in request.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics))
        {
            foreach (NumberDataPoint point in metric.Sum?.DataPoints ?? [])
            {
                (point.AsInt, point.TimeUnixNano) = (point.AsInt * (long)steps, nanos);
            }

            foreach (HistogramDataPoint point in metric.Histogram?.DataPoints ?? [])
            {
                (point.Count, point.Sum, point.TimeUnixNano) = (point.Count * steps, point.Sum * steps, nanos);
                for (int bucket = 0; bucket < point.BucketCounts.Count; bucket++)
                {
                    point.BucketCounts[bucket] *= steps;
                }
            }
        }

        return request;
    }
}
