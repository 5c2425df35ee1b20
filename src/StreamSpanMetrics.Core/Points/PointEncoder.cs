using System.Text;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Points;

/// <summary>
/// Writes point records: <c>ExportMetricsServiceRequest</c> with one resource, one scope and the metrics calls, duration and
/// events (duration twice where it is kept both ways), or those of the count connector, each with the points of its series in key order
/// (opentelemetry/proto/metrics/v1/metrics.proto). Fields are written in the order of their numbers and defaults are left out, so the
/// bytes are those of the generated classes.
/// </summary>
/// <remarks>Single-threaded; keeps its buffers. One encoder serves all shards of a thread, one <see cref="StepRecords"/> at a
/// time.</remarks>
public sealed class PointEncoder
{
    private const ulong NoRecordedValue = 1;

    // Headers of request, resource, scope and three metrics: a few bytes each, with room to spare.
    private const int EnvelopeBytes = 256;

    // The same of one metric more.
    private const int HeadersBytes = 32;

    private readonly PointRules rules;
    private readonly bool isDelta;
    private readonly MetricPoints[] metrics;
    private readonly MetricPoints?[] sumsByFamily;
    private readonly MetricPoints? duration;
    private readonly MetricPoints? exponentialDuration;
    private readonly int headBytes;
    private readonly byte[] scope;
    private readonly byte[] bounds;
    private readonly ulong nanosPerUnit;
    private readonly ExponentialPointWriter exponentials;
    private readonly PointExemplars exemplars;
    private readonly ResourceEncoder resources = new();
    private readonly ProtobufBuffer key = new();
    private readonly ProtobufBuffer resource = new();
    private readonly ProtobufBuffer previousResource = new();
    private readonly ProtobufBuffer record = new();
    private readonly PointAttributes attributes;
    private readonly ProtobufBuffer point = new();
    private bool hasPrevious;
    private long pointBytes;

    /// <summary>An encoder for these rules.</summary>
    public PointEncoder(PointRules rules, SeriesLayout layout)
    {
        this.rules = rules;
        isDelta = rules.Emission.Mode == EmissionMode.Delta;
        nanosPerUnit = DurationSum.NanosPerUnit(rules.Histogram.Unit);
        exponentials = new ExponentialPointWriter(nanosPerUnit);
        exemplars = new PointExemplars(nanosPerUnit);
        attributes = new PointAttributes(layout, resources);
        sumsByFamily = new MetricPoints?[layout.FamilyCount];
        string unit = rules.Histogram.Unit == DurationUnit.Seconds ? "s" : "ms";
        HistogramShape shape = rules.Histogram.Shape;
        string name = rules.MetricName("duration");
        duration = shape.IsExplicit ? MetricPoints.Histogram(name, unit, isExponential: false, isDelta) : null;
        exponentialDuration = shape.IsExponential ? MetricPoints.Histogram(name, unit, isExponential: true, isDelta) : null;
        metrics = layout.Counts.Count > 0 ? CountMetrics(layout) : SpanMetrics();
        foreach (MetricPoints metric in metrics)
        {
            // Without the unit for span_metrics, as always: where records end must not change, or a restart in a step would skip others.
            headBytes += layout.Counts.Count > 0 ? metric.HeadBytes + HeadersBytes : metric.NameBytes;
        }

        scope = Encoding.UTF8.GetBytes(layout.Counts.Count > 0 ? PointRules.CountScopeName : PointRules.ScopeName);
        bounds = EncodedFields.Bounds(rules.Histogram.BoundsNanos, nanosPerUnit);
    }

    internal long IntervalMillis => rules.IntervalMillis;

    internal ReadOnlySpan<byte> Key => key.Written;

    internal ReadOnlySpan<byte> Record => record.Written;

    /// <summary>
    /// Begins the records of a resource. The previous agreement, if given, makes a second, empty resource in the first one.
    /// </summary>
    internal void BeginResource(ResourceTotals from, IReadOnlyList<AttributeValue>? previousDescriptive)
    {
        key.Clear();
        resources.WriteKey(key, from.Identity);
        resource.Clear();
        resources.WriteResource(resource, from.Identity, from.Job.Descriptive);
        previousResource.Clear();
        hasPrevious = false;
        if (previousDescriptive is not null)
        {
            resources.WriteResource(previousResource, from.Identity, previousDescriptive);
            hasPrevious = !previousResource.Written.SequenceEqual(resource.Written);
        }

        ClearPoints();
    }

    /// <summary>
    /// Adds the points of a series to the record being made. If they no longer fit (M5), adds nothing and returns false: the
    /// record has to be ended and begun anew. A record takes at least one series.
    /// </summary>
    /// <param name="totals">The totals, with the exemplars of the step.</param>
    /// <param name="slot">Slot of the series.</param>
    /// <param name="times">Which points.</param>
    /// <param name="gaps">The gap points of the step, if there can be any.</param>
    internal bool TryAdd(ShardTotals totals, int slot, PointTimes times, GapTotals? gaps)
    {
        SeriesStore series = totals.Series;
        SeriesFamily family = SeriesKeyCodec.Family(series.Key(slot));
        MetricPoints? sum = sumsByFamily[(int)family];
        int sumBefore = LengthOf(sum);
        int durationBefore = LengthOf(duration);
        int exponentialBefore = LengthOf(exponentialDuration);
        attributes.Encode(series, slot, family);
        exemplars.Prepare(totals.Exemplars, slot, times);
        if (gaps is not null && gaps.TryFind(slot, out SeriesStore before, out int beforeSlot))
        {
            AddPoints(before, beforeSlot, family, times.GapPoint, sum);
        }

        AddPoints(series, slot, family, times, sum);
        int added = LengthOf(sum) - sumBefore + LengthOf(duration) - durationBefore + LengthOf(exponentialDuration) - exponentialBefore;
        if (pointBytes == 0 || RecordBound(pointBytes + added) <= rules.MaxRecordBytes)
        {
            pointBytes += added;
            return true;
        }

        sum?.Points.Truncate(sumBefore);
        duration?.Points.Truncate(durationBefore);
        exponentialDuration?.Points.Truncate(exponentialBefore);
        return false;
    }

    /// <summary>Puts the record together in <see cref="Record"/> and begins the next one of the same resource.</summary>
    internal void EndRecord()
    {
        int scopeSize = ProtobufBuffer.FieldSize(scope.Length);
        int metricsSize = ProtobufBuffer.FieldSize(scopeSize);
        foreach (MetricPoints metric in metrics)
        {
            metricsSize += metric.Size == 0 ? 0 : ProtobufBuffer.FieldSize(metric.Size);
        }

        record.Clear();
        record.WriteHeader(1, ProtobufBuffer.FieldSize(resource.Length) + ProtobufBuffer.FieldSize(metricsSize));
        record.WriteField(1, resource.Written);
        record.WriteHeader(2, metricsSize);
        record.WriteHeader(1, scopeSize);
        record.WriteField(1, scope);
        foreach (MetricPoints metric in metrics)
        {
            metric.Write(record);
        }

        if (hasPrevious)
        {
            record.WriteHeader(1, ProtobufBuffer.FieldSize(previousResource.Length));
            record.WriteField(1, previousResource.Written);
            hasPrevious = false;
        }

        ClearPoints();
    }

    private static int LengthOf(MetricPoints? metric) => metric?.Points.Length ?? 0;

    private void ClearPoints()
    {
        pointBytes = 0;
        foreach (MetricPoints metric in metrics)
        {
            metric.Points.Clear();
        }
    }

    private long RecordBound(long points) =>
        points + resource.Length + EnvelopeBytes + headBytes + (hasPrevious ? previousResource.Length : 0);

    private MetricPoints[] SpanMetrics()
    {
        MetricPoints calls = MetricPoints.Sum(rules.MetricName("calls"), "", isDelta);
        MetricPoints events = MetricPoints.Sum(rules.MetricName("events"), "", isDelta);
        sumsByFamily[(int)SeriesFamily.Spans] = calls;
        sumsByFamily[(int)SeriesFamily.Calls] = calls;
        sumsByFamily[(int)SeriesFamily.Events] = events;
        List<MetricPoints> all = [calls];
        if (duration is not null)
        {
            all.Add(duration);
        }

        if (exponentialDuration is not null)
        {
            all.Add(exponentialDuration);
        }

        all.Add(events);
        return [.. all];
    }

    private MetricPoints[] CountMetrics(SeriesLayout layout)
    {
        MetricPoints[] counts = new MetricPoints[layout.Counts.Count];
        for (int index = 0; index < counts.Length; index++)
        {
            counts[index] = MetricPoints.Sum(layout.Counts[index].Name, layout.Counts[index].Description, isDelta);
            sumsByFamily[(int)SeriesLayout.FamilyOf(index)] = counts[index];
        }

        return counts;
    }

    private void AddPoints(SeriesStore series, int slot, SeriesFamily family, PointTimes times, MetricPoints? sum)
    {
        ulong count = series.SpanCount(slot);
        if (sum is not null)
        {
            AddNumbers(sum.Points, count, times);
        }

        if (!SeriesLayout.HasHistogram(family))
        {
            return;
        }

        UInt128 sumNanos = series.SumNanos(slot);
        if (duration is not null)
        {
            if (times.HasZeroPoint)
            {
                AddHistogram(duration.Points, 0, 0, series.Buckets(slot), times.ZeroPoint);
            }

            AddHistogram(duration.Points, count, sumNanos, series.Buckets(slot), times);
        }

        if (exponentialDuration is not null)
        {
            AddExponentials(exponentialDuration.Points, count, sumNanos, series.Exponential(slot), times);
        }
    }

    private void AddNumbers(ProtobufBuffer target, ulong count, PointTimes times)
    {
        if (times.HasZeroPoint)
        {
            AddNumber(target, 0, times.ZeroPoint);
        }

        AddNumber(target, count, times);
    }

    private void AddNumber(ProtobufBuffer target, ulong count, PointTimes times)
    {
        point.Clear();
        WriteTimes(times);
        WriteExemplars(5, times);
        if (!times.IsStale)
        {
            point.WriteFixed64Field(6, count);
        }

        point.Write(attributes.Number.Written);
        WriteFlags(8, times);
        target.WriteField(1, point.Written);
    }

    // Zero points have the count 0: their buckets are written as zeros.
    private void AddHistogram(ProtobufBuffer target, ulong count, UInt128 sumNanos, ReadOnlySpan<ulong> buckets, PointTimes times)
    {
        point.Clear();
        WriteTimes(times);
        if (!times.IsStale)
        {
            if (count != 0)
            {
                point.WriteFixed64Field(4, count);
            }

            point.WriteFixed64Field(5, BitConverter.DoubleToUInt64Bits(DurationSum.ToDouble(sumNanos, nanosPerUnit)));
            point.WriteHeader(6, buckets.Length * sizeof(ulong));
            foreach (ulong bucket in buckets)
            {
                point.WriteFixed64(count == 0 ? 0 : bucket);
            }
        }

        if (bounds.Length > 0)
        {
            point.WriteField(7, bounds);
        }

        WriteExemplars(8, times);
        point.Write(attributes.Histogram.Written);
        WriteFlags(10, times);
        target.WriteField(1, point.Written);
    }

    private void AddExponentials(ProtobufBuffer target, ulong count, UInt128 sumNanos, ExponentialBuckets buckets, PointTimes times)
    {
        if (times.HasZeroPoint)
        {
            point.Clear();
            point.Write(attributes.Exponential.Written);
            WriteTimes(times.ZeroPoint);
            ExponentialPointWriter.WriteZero(point);
            target.WriteField(1, point.Written);
        }

        point.Clear();
        point.Write(attributes.Exponential.Written);
        WriteTimes(times);
        if (!times.IsStale)
        {
            exponentials.WriteCounts(point, count, sumNanos, buckets);
        }

        WriteFlags(10, times);
        WriteExemplars(11, times);
        if (!times.IsStale)
        {
            exponentials.WriteRange(point, buckets);
        }

        target.WriteField(1, point.Written);
    }

    private void WriteTimes(PointTimes times)
    {
        if (times.StartNanos != 0)
        {
            point.WriteFixed64Field(2, times.StartNanos);
        }

        if (times.TimeNanos != 0)
        {
            point.WriteFixed64Field(3, times.TimeNanos);
        }
    }

    private void WriteExemplars(int field, PointTimes times)
    {
        if (times.MaxExemplars > 0)
        {
            exemplars.WriteTo(point, field);
        }
    }

    private void WriteFlags(int field, PointTimes times)
    {
        if (times.IsStale)
        {
            point.WriteVarintField(field, NoRecordedValue);
        }
    }
}
