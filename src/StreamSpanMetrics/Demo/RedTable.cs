using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>
/// Rate, errors and durations per service and operation, from the points of the metrics topic. Time is point time only. Any number of
/// resources and further labels add up. Safe for use by several threads.
/// </summary>
public sealed class RedTable
{
    private const string ErrorStatus = "STATUS_CODE_ERROR";

    private readonly Lock gate = new();
    private readonly Dictionary<OperationKey, RedOperation> operations = [];
    private readonly string callsMetric;
    private readonly string durationMetric;
    private readonly long windowNanos;
    private long firstNanos = long.MaxValue;
    private long newestNanos = long.MinValue;

    /// <summary>Prepares an empty table.</summary>
    /// <param name="callsMetric">Full name of the counter, such as <c>traces.span.metrics.calls</c>.</param>
    /// <param name="durationMetric">Full name of the explicit histogram; its unit is ms or s.</param>
    /// <param name="window">Length of the window, above 0; one step or more.</param>
    public RedTable(string callsMetric, string durationMetric, TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        this.callsMetric = callsMetric;
        this.durationMetric = durationMetric;
        windowNanos = window.Ticks * TimeSpan.NanosecondsPerTick;
    }

    /// <summary>Time of the newest point in Unix nanoseconds; 0 before the first.</summary>
    public long NewestPointNanos
    {
        get
        {
            lock (gate)
            {
                return Math.Max(0, newestNanos);
            }
        }
    }

    /// <summary>All calls so far.</summary>
    public long TotalCalls
    {
        get
        {
            lock (gate)
            {
                return operations.Values.Sum(operation => operation.Total().Spans);
            }
        }
    }

    /// <summary>Takes a record of the metrics topic. A record that was taken before changes nothing.</summary>
    /// <param name="recordKey">The record's key, which names the resource; may be empty.</param>
    /// <param name="request">Its value; not kept.</param>
    public void Accept(ReadOnlySpan<byte> recordKey, ExportMetricsServiceRequest request)
    {
        lock (gate)
        {
            foreach (ResourceMetrics resource in request.ResourceMetrics)
            {
                string identity = RecordIdentity.Of(recordKey, resource);
                string service = AttributeText.Find(resource.Resource?.Attributes, "service.name");
                foreach (Metric metric in resource.ScopeMetrics.SelectMany(scope => scope.Metrics))
                {
                    Accept(metric, identity, service);
                }
            }
        }
    }

    /// <summary>One row per operation, the busiest first, equal ones by name.</summary>
    public IReadOnlyList<RedRow> Rows()
    {
        lock (gate)
        {
            List<RedRow> rows = new(operations.Count);
            foreach ((OperationKey key, RedOperation operation) in operations)
            {
                rows.Add(operation.Row(key, windowNanos, firstNanos, newestNanos));
            }

            rows.Sort(static (left, right) =>
            {
                int order = right.CallsPerSecond.CompareTo(left.CallsPerSecond);
                return order != 0 ? order : OperationKey.Compare(left.Key, right.Key);
            });
            return rows;
        }
    }

    /// <summary>All calls and errors per operation.</summary>
    public IReadOnlyDictionary<OperationKey, OperationCount> Totals()
    {
        lock (gate)
        {
            return operations.ToDictionary(pair => pair.Key, pair => pair.Value.Total());
        }
    }

    private void Accept(Metric metric, string identity, string service)
    {
        if (metric.Name == callsMetric && metric.DataCase == Metric.DataOneofCase.Sum)
        {
            foreach (NumberDataPoint point in metric.Sum.DataPoints)
            {
                RedOperation operation = Touch(service, point.Attributes, point.TimeUnixNano);
                bool failed = AttributeText.Find(point.Attributes, "status.code") == ErrorStatus;
                PointHistory history = operation.Calls(identity + AttributeText.KeyOf(point.Attributes), failed);
                long value = point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : (long)point.AsDouble;
                Apply(history, point.StartTimeUnixNano, point.TimeUnixNano, [value], point.Flags);
            }
        }
        else if (metric.Name == durationMetric && metric.DataCase == Metric.DataOneofCase.Histogram)
        {
            double millisPerUnit = metric.Unit == "s" ? 1000 : 1;
            foreach (HistogramDataPoint point in metric.Histogram.DataPoints)
            {
                RedOperation operation = Touch(service, point.Attributes, point.TimeUnixNano);
                string seriesKey = identity + AttributeText.KeyOf(point.Attributes);
                PointHistory history = operation.Durations(seriesKey, [.. point.ExplicitBounds.Select(bound => bound * millisPerUnit)]);
                long[] buckets = [.. point.BucketCounts.Select(count => (long)count)];
                Apply(history, point.StartTimeUnixNano, point.TimeUnixNano, buckets, point.Flags);
            }
        }
    }

    private RedOperation Touch(string service, RepeatedField<KeyValue> attributes, ulong timeNanos)
    {
        string named = AttributeText.Find(attributes, "service.name");
        OperationKey key = new(
            named.Length > 0 ? named : service,
            AttributeText.Find(attributes, "span.name"),
            AttributeText.Find(attributes, "span.kind"));
        if (!operations.TryGetValue(key, out RedOperation? operation))
        {
            operation = new RedOperation();
            operations.Add(key, operation);
        }

        operation.Touch((long)timeNanos);
        firstNanos = Math.Min(firstNanos, (long)timeNanos);
        newestNanos = Math.Max(newestNanos, (long)timeNanos);
        return operation;
    }

    // A stale marker (P-2) ends the series; its total stays.
    private void Apply(PointHistory history, ulong startNanos, ulong timeNanos, long[] counts, uint flags)
    {
        if ((flags & (uint)DataPointFlags.NoRecordedValueMask) != 0)
        {
            history.End((long)startNanos);
        }
        else
        {
            history.Add((long)startNanos, (long)timeNanos, counts, windowNanos);
        }
    }
}
