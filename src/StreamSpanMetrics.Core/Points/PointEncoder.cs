using System.Text;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Points;

/// <summary>
/// Writes point records: <c>ExportMetricsServiceRequest</c> with one resource, one scope and the metrics calls, duration and
/// events, or those of the count connector, each with the points of its series in key order
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
    private readonly byte[][][] nameFields;
    private readonly int[] globStarts;
    private readonly ProtobufBuffer globName = new();
    private readonly bool isDelta;
    private readonly MetricPoints[] metrics;
    private readonly MetricPoints?[] sumsByFamily;
    private readonly MetricPoints duration;
    private readonly int headBytes;
    private readonly byte[] scope;
    private readonly byte[] bounds;
    private readonly ulong nanosPerUnit;
    private readonly bool isExponential;
    private readonly ExponentialPointWriter exponentials;
    private readonly PointExemplars exemplars;
    private readonly ResourceEncoder resources = new();
    private readonly ProtobufBuffer key = new();
    private readonly ProtobufBuffer resource = new();
    private readonly ProtobufBuffer previousResource = new();
    private readonly ProtobufBuffer record = new();
    private readonly ProtobufBuffer numberAttributes = new();
    private readonly ProtobufBuffer histogramAttributes = new();
    private readonly ProtobufBuffer exponentialAttributes = new();
    private readonly ProtobufBuffer keyValue = new();
    private readonly ProtobufBuffer point = new();
    private bool hasPrevious;
    private long pointBytes;

    /// <summary>An encoder for these rules.</summary>
    public PointEncoder(PointRules rules, SeriesLayout layout)
    {
        this.rules = rules;
        isDelta = rules.Emission.Mode == EmissionMode.Delta;
        nanosPerUnit = DurationSum.NanosPerUnit(rules.Histogram.Unit);
        isExponential = rules.Histogram.Shape.IsExponential;
        exponentials = new ExponentialPointWriter(nanosPerUnit);
        exemplars = new PointExemplars(nanosPerUnit);
        nameFields = new byte[layout.FamilyCount][][];
        globStarts = new int[layout.FamilyCount];
        sumsByFamily = new MetricPoints?[layout.FamilyCount];
        string unit = rules.Histogram.Unit == DurationUnit.Seconds ? "s" : "ms";
        duration = MetricPoints.Histogram(rules.MetricName("duration"), unit, isExponential, isDelta);
        metrics = layout.Counts.Count > 0 ? CountMetrics(layout) : SpanMetrics();
        foreach (MetricPoints metric in metrics)
        {
            // Without the unit for span_metrics, as always: where records end must not change, or a restart in a step would skip others.
            headBytes += layout.Counts.Count > 0 ? metric.HeadBytes + HeadersBytes : metric.NameBytes;
        }

        scope = Encoding.UTF8.GetBytes(layout.Counts.Count > 0 ? PointRules.CountScopeName : PointRules.ScopeName);
        bounds = EncodedFields.Bounds(rules.Histogram.BoundsNanos, nanosPerUnit);
        for (int family = 0; family < nameFields.Length; family++)
        {
            nameFields[family] = EncodedFields.Names(layout.Names((SeriesFamily)family));
            globStarts[family] = layout.GlobStart((SeriesFamily)family);
        }
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
        int sumBefore = sum?.Points.Length ?? 0;
        int durationBefore = duration.Points.Length;
        EncodeAttributes(series, slot, family);
        exemplars.Prepare(totals.Exemplars, slot, times);
        if (gaps is not null && gaps.TryFind(slot, out SeriesStore before, out int beforeSlot))
        {
            AddPoints(before, beforeSlot, family, times.GapPoint, sum);
        }

        AddPoints(series, slot, family, times, sum);
        int added = (sum?.Points.Length ?? 0) - sumBefore + duration.Points.Length - durationBefore;
        if (pointBytes == 0 || RecordBound(pointBytes + added) <= rules.MaxRecordBytes)
        {
            pointBytes += added;
            return true;
        }

        sum?.Points.Truncate(sumBefore);
        duration.Points.Truncate(durationBefore);
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
        return [calls, duration, events];
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

        if (isExponential)
        {
            AddExponentials(count, series.SumNanos(slot), series.Exponential(slot), times);
        }
        else
        {
            if (times.HasZeroPoint)
            {
                AddHistogram(0, 0, series.Buckets(slot), times.ZeroPoint);
            }

            AddHistogram(count, series.SumNanos(slot), series.Buckets(slot), times);
        }
    }

    private void EncodeAttributes(SeriesStore series, int slot, SeriesFamily family)
    {
        numberAttributes.Clear();
        histogramAttributes.Clear();
        exponentialAttributes.Clear();
        if (series.IsOverflow(slot))
        {
            OverflowAttribute.WriteTo(numberAttributes, histogramAttributes, exponentialAttributes);
            return;
        }

        ReadOnlySpan<byte> seriesKey = series.Key(slot);
        ReadOnlySpan<byte> kinds = series.Kinds(slot);
        byte[][] names = nameFields[(int)family];
        int position = 1;
        for (int dimension = 0; dimension < names.Length; dimension++)
        {
            SeriesKeyCodec.TryReadValue(seriesKey, ref position, out _, out ReadOnlySpan<byte> text);
            if (text.IsEmpty)
            {
                continue;
            }

            keyValue.Clear();
            ReadOnlySpan<byte> name = names[dimension];
            ValueKind kind = (ValueKind)kinds[dimension];
            if (dimension >= globStarts[(int)family])
            {
                // From here on each value follows its name.
                globName.Clear();
                globName.WriteField(1, text);
                name = globName.Written;
                kind = (ValueKind)kinds[++dimension];
                SeriesKeyCodec.TryReadValue(seriesKey, ref position, out _, out text);
            }

            resources.WriteKeyValue(keyValue, name, kind, text);
            numberAttributes.WriteField(7, keyValue.Written);
            histogramAttributes.WriteField(9, keyValue.Written);
            exponentialAttributes.WriteField(1, keyValue.Written);
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

        point.Write(numberAttributes.Written);
        WriteFlags(8, times);
        target.WriteField(1, point.Written);
    }

    // Zero points have the count 0: their buckets are written as zeros.
    private void AddHistogram(ulong count, UInt128 sumNanos, ReadOnlySpan<ulong> buckets, PointTimes times)
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
        point.Write(histogramAttributes.Written);
        WriteFlags(10, times);
        duration.Points.WriteField(1, point.Written);
    }

    private void AddExponentials(ulong count, UInt128 sumNanos, ExponentialBuckets buckets, PointTimes times)
    {
        if (times.HasZeroPoint)
        {
            point.Clear();
            point.Write(exponentialAttributes.Written);
            WriteTimes(times.ZeroPoint);
            ExponentialPointWriter.WriteZero(point);
            duration.Points.WriteField(1, point.Written);
        }

        point.Clear();
        point.Write(exponentialAttributes.Written);
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

        duration.Points.WriteField(1, point.Written);
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
