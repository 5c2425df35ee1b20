using System.Text;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Points;

/// <summary>
/// Writes point records: <c>ExportMetricsServiceRequest</c> with one resource, one scope and the metrics calls, duration and
/// events, each with the points of its series in key order (opentelemetry/proto/metrics/v1/metrics.proto). Fields are written in
/// the order of their numbers and defaults are left out, so the bytes are those of the generated classes.
/// </summary>
/// <remarks>Single-threaded; keeps its buffers. One encoder serves all shards of a thread, one <see cref="StepRecords"/> at a
/// time.</remarks>
public sealed class PointEncoder
{
    private const ulong Cumulative = 2;
    private const ulong NoRecordedValue = 1;

    // Headers of request, resource, scope and three metrics: a few bytes each, with room to spare.
    private const int EnvelopeBytes = 256;

    private readonly PointRules rules;
    private readonly byte[][][] nameFields = new byte[4][][];
    private readonly int[] globStarts = new int[4];
    private readonly ProtobufBuffer globName = new();
    private readonly byte[] callsName;
    private readonly byte[] durationName;
    private readonly byte[] eventsName;
    private readonly byte[] unit;
    private readonly byte[] scope;
    private readonly byte[] bounds;
    private readonly ulong nanosPerUnit;
    private readonly bool isExponential;
    private readonly ExponentialPointWriter exponentials;
    private readonly ResourceEncoder resources = new();
    private readonly ProtobufBuffer key = new();
    private readonly ProtobufBuffer resource = new();
    private readonly ProtobufBuffer previousResource = new();
    private readonly ProtobufBuffer calls = new();
    private readonly ProtobufBuffer duration = new();
    private readonly ProtobufBuffer events = new();
    private readonly ProtobufBuffer record = new();
    private readonly ProtobufBuffer numberAttributes = new();
    private readonly ProtobufBuffer histogramAttributes = new();
    private readonly ProtobufBuffer exponentialAttributes = new();
    private readonly ProtobufBuffer keyValue = new();
    private readonly ProtobufBuffer point = new();
    private bool hasPrevious;

    /// <summary>An encoder for these rules.</summary>
    public PointEncoder(PointRules rules, SeriesLayout layout)
    {
        this.rules = rules;
        nanosPerUnit = DurationSum.NanosPerUnit(rules.Histogram.Unit);
        isExponential = rules.Histogram.Shape.IsExponential;
        exponentials = new ExponentialPointWriter(nanosPerUnit);
        callsName = Encoding.UTF8.GetBytes(rules.MetricName("calls"));
        durationName = Encoding.UTF8.GetBytes(rules.MetricName("duration"));
        eventsName = Encoding.UTF8.GetBytes(rules.MetricName("events"));
        unit = rules.Histogram.Unit == DurationUnit.Seconds ? "s"u8.ToArray() : "ms"u8.ToArray();
        scope = Encoding.UTF8.GetBytes(PointRules.ScopeName);
        bounds = EncodeBounds(rules.Histogram.BoundsNanos);
        for (int family = 0; family < nameFields.Length; family++)
        {
            nameFields[family] = EncodeNames(layout.Names((SeriesFamily)family));
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
    internal bool TryAdd(SeriesStore series, int slot, PointTimes times)
    {
        int callsBefore = calls.Length;
        int durationBefore = duration.Length;
        int eventsBefore = events.Length;
        AddSeries(series, slot, times);
        bool isFirst = callsBefore + durationBefore + eventsBefore == 0;
        if (isFirst || RecordBound() <= rules.MaxRecordBytes)
        {
            return true;
        }

        calls.Truncate(callsBefore);
        duration.Truncate(durationBefore);
        events.Truncate(eventsBefore);
        return false;
    }

    /// <summary>Puts the record together in <see cref="Record"/> and begins the next one of the same resource.</summary>
    internal void EndRecord()
    {
        int callsSize = MetricSize(callsName, [], calls, 4);
        int durationSize = MetricSize(durationName, unit, duration, 2);
        int eventsSize = MetricSize(eventsName, [], events, 4);
        int scopeSize = ProtobufBuffer.FieldSize(scope.Length);
        int metricsSize = ProtobufBuffer.FieldSize(scopeSize) + FieldSizeIfAny(callsSize) + FieldSizeIfAny(durationSize) +
            FieldSizeIfAny(eventsSize);
        record.Clear();
        record.WriteHeader(1, ProtobufBuffer.FieldSize(resource.Length) + ProtobufBuffer.FieldSize(metricsSize));
        record.WriteField(1, resource.Written);
        record.WriteHeader(2, metricsSize);
        record.WriteHeader(1, scopeSize);
        record.WriteField(1, scope);
        WriteSum(callsName, calls, callsSize);
        WriteHistogram(durationSize);
        WriteSum(eventsName, events, eventsSize);
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
        calls.Clear();
        duration.Clear();
        events.Clear();
    }

    private long RecordBound() => (long)calls.Length + duration.Length + events.Length + resource.Length + EnvelopeBytes +
        callsName.Length + durationName.Length + eventsName.Length + (hasPrevious ? previousResource.Length : 0);

    private void AddSeries(SeriesStore series, int slot, PointTimes times)
    {
        SeriesFamily family = SeriesKeyCodec.Family(series.Key(slot));
        EncodeAttributes(series, slot, family);
        ulong count = series.SpanCount(slot);
        if (family is SeriesFamily.Spans or SeriesFamily.Calls)
        {
            AddNumbers(calls, count, times);
        }
        else if (family is SeriesFamily.Events)
        {
            AddNumbers(events, count, times);
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
                AddHistogram(0, 0, series.Buckets(slot), times with { TimeNanos = times.StartNanos });
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
            AddNumber(target, 0, times with { TimeNanos = times.StartNanos });
        }

        AddNumber(target, count, times);
    }

    private void AddNumber(ProtobufBuffer target, ulong count, PointTimes times)
    {
        point.Clear();
        WriteTimes(times);
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

        point.Write(histogramAttributes.Written);
        WriteFlags(10, times);
        duration.WriteField(1, point.Written);
    }

    private void AddExponentials(ulong count, UInt128 sumNanos, ExponentialBuckets buckets, PointTimes times)
    {
        if (times.HasZeroPoint)
        {
            point.Clear();
            point.Write(exponentialAttributes.Written);
            WriteTimes(times with { TimeNanos = times.StartNanos });
            ExponentialPointWriter.WriteZero(point);
            duration.WriteField(1, point.Written);
        }

        point.Clear();
        point.Write(exponentialAttributes.Written);
        WriteTimes(times);
        if (!times.IsStale)
        {
            exponentials.WriteCounts(point, count, sumNanos, buckets);
        }

        WriteFlags(10, times);
        if (!times.IsStale)
        {
            exponentials.WriteRange(point, buckets);
        }

        duration.WriteField(1, point.Written);
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

    private void WriteFlags(int field, PointTimes times)
    {
        if (times.IsStale)
        {
            point.WriteVarintField(field, NoRecordedValue);
        }
    }

    // Size of a Metric, or 0 if it has no points; tailBytes are temporality and monotonicity.
    private static int MetricSize(byte[] name, ReadOnlySpan<byte> unitText, ProtobufBuffer points, int tailBytes) => points.Length == 0
        ? 0
        : ProtobufBuffer.FieldSize(name.Length) + (unitText.IsEmpty ? 0 : ProtobufBuffer.FieldSize(unitText.Length)) +
            ProtobufBuffer.FieldSize(points.Length + tailBytes);

    private static int FieldSizeIfAny(int size) => size == 0 ? 0 : ProtobufBuffer.FieldSize(size);

    private void WriteSum(byte[] name, ProtobufBuffer points, int metricSize)
    {
        if (metricSize == 0)
        {
            return;
        }

        record.WriteHeader(2, metricSize);
        record.WriteField(1, name);
        record.WriteHeader(7, points.Length + 4);
        record.Write(points.Written);
        record.WriteVarintField(2, Cumulative);
        record.WriteVarintField(3, 1);
    }

    private void WriteHistogram(int metricSize)
    {
        if (metricSize == 0)
        {
            return;
        }

        record.WriteHeader(2, metricSize);
        record.WriteField(1, durationName);
        record.WriteField(3, unit);
        record.WriteHeader(isExponential ? 10 : 9, duration.Length + 2);
        record.Write(duration.Written);
        record.WriteVarintField(2, Cumulative);
    }

    private byte[] EncodeBounds(IReadOnlyList<long> boundsNanos)
    {
        ProtobufBuffer encoded = new();
        foreach (long bound in boundsNanos)
        {
            encoded.WriteFixed64(BitConverter.DoubleToUInt64Bits((double)bound / nanosPerUnit));
        }

        return encoded.Written.ToArray();
    }

    private static byte[][] EncodeNames(ReadOnlySpan<string> names)
    {
        byte[][] fields = new byte[names.Length][];
        for (int i = 0; i < fields.Length; i++)
        {
            ProtobufBuffer field = new();
            field.WriteField(1, Encoding.UTF8.GetBytes(names[i]));
            fields[i] = field.Written.ToArray();
        }

        return fields;
    }
}
