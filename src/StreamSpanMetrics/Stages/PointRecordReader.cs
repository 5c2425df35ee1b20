using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>Parses a record of the metrics topic.</summary>
internal sealed class PointRecordReader : IRecordReader
{
    private const ulong NanosPerMilli = 1_000_000;

    /// <summary>The points; null if the record does not hold any.</summary>
    public ExportMetricsServiceRequest? Points { get; private set; }

    /// <summary>
    /// Newest time of the points in milliseconds since 1970, which is the end of their step; 0 without points. The last point of a metric
    /// is never a zero point of a birth, which stands in front of the series' first one.
    /// </summary>
    public long NewestPointMillis
    {
        get
        {
            ulong newest = 0;
            foreach (Metric metric in Points?.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics).SelectMany(scope => scope.Metrics) ?? [])
            {
                newest = Math.Max(newest, TimeOfLast(metric));
            }

            return (long)(newest / NanosPerMilli);
        }
    }

    public void ReadKey(ReadOnlySpan<byte> key)
    {
    }

    public void ReadValue(ReadOnlySpan<byte> value)
    {
        try
        {
            Points = ExportMetricsServiceRequest.Parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException)
        {
            // Reported by the loop, which knows where the record stands.
            Points = null;
        }
    }

    private static ulong TimeOfLast(Metric metric) => metric.DataCase switch
    {
        Metric.DataOneofCase.Sum when metric.Sum.DataPoints.Count > 0 => metric.Sum.DataPoints[^1].TimeUnixNano,
        Metric.DataOneofCase.Histogram when metric.Histogram.DataPoints.Count > 0 => metric.Histogram.DataPoints[^1].TimeUnixNano,
        _ => 0,
    };
}
