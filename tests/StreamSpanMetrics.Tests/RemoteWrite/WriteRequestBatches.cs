using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Tests.RemoteWrite;

/// <summary>Batches to send.</summary>
internal static class WriteRequestBatches
{
    /// <summary>A batch of some series with one sample each, its value the number of the series.</summary>
    /// <param name="count">Number of series.</param>
    /// <param name="birth">Whether each has a zero point one second before besides.</param>
    public static WriteRequestBatch Of(int count, bool birth = false)
    {
        SeriesBuffer series = SeriesOf(count, birth);
        return new WriteRequestBatch(series, 0, series.SeriesCount);
    }

    /// <summary>The request of metadata that goes before such a batch.</summary>
    public static WriteRequestBatch Metadata()
    {
        RemoteWriteBatcher batcher = new(int.MaxValue, sendMetadata: true);
        batcher.Append(SeriesOf(1, birth: false));
        return batcher.Requests()[0];
    }

    private static SeriesBuffer SeriesOf(int count, bool birth)
    {
        Metric metric = new()
        {
            Name = "calls", Sum = new Sum { IsMonotonic = true, AggregationTemporality = AggregationTemporality.Cumulative },
        };
        for (int number = 0; number < count; number++)
        {
            NumberDataPoint point = new() { TimeUnixNano = 1_000_000_000, AsInt = number };
            point.Attributes.Add(new KeyValue { Key = "n", Value = new AnyValue { IntValue = number } });
            metric.Sum.DataPoints.Add(point);
            if (birth)
            {
                NumberDataPoint zero = point.Clone();
                zero.TimeUnixNano = 0;
                zero.AsInt = 0;
                metric.Sum.DataPoints.Add(zero);
            }
        }

        ScopeMetrics scope = new();
        scope.Metrics.Add(metric);
        ResourceMetrics resource = new();
        resource.ScopeMetrics.Add(scope);
        ExportMetricsServiceRequest record = new();
        record.ResourceMetrics.Add(resource);
        SeriesBuffer series = new();
        new SeriesTranslator(new PrometheusRules()).Translate(record, series);
        return series;
    }
}
