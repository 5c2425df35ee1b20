using System.Buffers.Binary;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Metrics.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// The exemplars of one series, encoded as fields of a remote write 1.0 <c>TimeSeries</c> (prompb/types.proto): labels <c>span_id</c> and
/// <c>trace_id</c> where there is one, 63 characters in all where a receiver takes 128. They stand in the order in which Prometheus takes them,
/// by time and then by value; another order would lose some (tsdb/exemplar.go, validateExemplar). Not for several threads.
/// </summary>
internal sealed class SeriesExemplars
{
    private const byte ExemplarTag = 0x1a;
    private const byte ValueTag = 0x11;
    private const byte TimestampTag = 0x18;
    private const long NanosPerMilli = 1_000_000;
    private const int TraceIdBytes = 16;
    private const int SpanIdBytes = 8;

    private readonly ByteBuffer encoded = new();
    private readonly ByteBuffer one = new();
    private readonly List<(long TimestampMillis, double Value, Exemplar Exemplar)> ordered = [];
    private (double Value, int End)[] fields = new (double, int)[8];

    /// <summary>Number of exemplars.</summary>
    public int Count { get; private set; }

    /// <summary>Gets ready the exemplars of all points of a series.</summary>
    public void Prepare(SeriesTable table, SeriesSlot series)
    {
        Count = 0;
        encoded.Truncate();
        for (int at = series.FirstPoint; at >= 0; at = table.Point(at).Next)
        {
            if (table.Point(at) is { Exemplars: { } exemplars, IsStale: false })
            {
                Add(exemplars, series.Family.Divisor);
            }
        }
    }

    /// <summary>Bytes of the exemplars whose value is above <paramref name="above"/> and not above <paramref name="bound"/>.</summary>
    public int LengthIn(double above, double bound)
    {
        int length = 0;
        for (int at = 0; at < Count; at++)
        {
            length += IsIn(at, above, bound) ? LengthOf(at) : 0;
        }

        return length;
    }

    /// <summary>Writes these exemplars and returns what is left of <paramref name="target"/>.</summary>
    public Span<byte> WriteIn(double above, double bound, Span<byte> target)
    {
        for (int at = 0; at < Count; at++)
        {
            if (IsIn(at, above, bound))
            {
                int length = LengthOf(at);
                encoded.Written.Slice(fields[at].End - length, length).CopyTo(target);
                target = target[length..];
            }
        }

        return target;
    }

    // With infinities for both ends it is every one, also a value that is no number.
    private bool IsIn(int at, double above, double bound) =>
        !(fields[at].Value <= above) && (fields[at].Value <= bound || double.IsPositiveInfinity(bound));

    private int LengthOf(int at) => fields[at].End - (at == 0 ? 0 : fields[at - 1].End);

    // The points of a series stand in time order, so their exemplars do not mix.
    private void Add(RepeatedField<Exemplar> exemplars, double divisor)
    {
        ordered.Clear();
        for (int at = 0; at < exemplars.Count; at++)
        {
            Exemplar exemplar = exemplars[at];
            long millis = (long)(exemplar.TimeUnixNano / NanosPerMilli);
            double value = exemplar.ValueCase == Exemplar.ValueOneofCase.AsInt ? exemplar.AsInt : exemplar.AsDouble;
            int place = ordered.Count;
            while (place > 0 && (ordered[place - 1].TimestampMillis > millis
                || (ordered[place - 1].TimestampMillis == millis && ordered[place - 1].Value > value)))
            {
                place--;
            }

            ordered.Insert(place, (millis, value, exemplar));
        }

        foreach ((long millis, double value, Exemplar exemplar) in ordered)
        {
            Encode(millis, value, divisor, exemplar);
        }
    }

    // Buckets are found by the value in the unit of the point.
    private void Encode(long timestampMillis, double value, double divisor, Exemplar exemplar)
    {
        one.Truncate();
        AddId("span_id"u8, exemplar.SpanId.Span, SpanIdBytes);
        AddId("trace_id"u8, exemplar.TraceId.Span, TraceIdBytes);
        if (one.Length == 0)
        {
            // Without a label it leads nowhere, and receivers refuse it.
            return;
        }

        long bits = BitConverter.DoubleToInt64Bits(value / divisor);
        if (bits != 0)
        {
            one.Append(ValueTag);
            BinaryPrimitives.WriteInt64LittleEndian(one.Claim(sizeof(long)), bits);
        }

        if (timestampMillis != 0)
        {
            one.Append(TimestampTag);
            one.AppendVarint((ulong)timestampMillis);
        }

        encoded.AppendField(ExemplarTag, one.Written);
        if (Count == fields.Length)
        {
            Array.Resize(ref fields, Count * 2);
        }

        fields[Count++] = (value, encoded.Length);
    }

    private void AddId(ReadOnlySpan<byte> name, ReadOnlySpan<byte> id, int bytes)
    {
        if (id.Length == bytes && id.IndexOfAnyExcept((byte)0) >= 0)
        {
            Span<byte> text = stackalloc byte[2 * TraceIdBytes];
            Convert.TryToHexStringLower(id, text, out int length);
            FixedLabels.Encode(one, name, text[..length]);
        }
    }
}
