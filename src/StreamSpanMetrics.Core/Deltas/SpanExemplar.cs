using System.Buffers.Binary;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// A span that may stand for its series (P-6). Spans have a total order that has nothing to do with when or where they were read: by the hash
/// of their ids, then by the ids, then by duration and end. A series keeps the first ones in this order.
/// </summary>
/// <param name="Hash"><see cref="HashOf"/> of the ids.</param>
/// <param name="TraceHigh">First eight bytes of the trace id, big-endian.</param>
/// <param name="TraceLow">Its last eight bytes.</param>
/// <param name="SpanId">The span id, big-endian; 0 where there is none.</param>
/// <param name="DurationNanos">Duration in nanoseconds.</param>
/// <param name="EndNanos">End in nanoseconds since 1970.</param>
public readonly record struct SpanExemplar(
    ulong Hash, ulong TraceHigh, ulong TraceLow, ulong SpanId, ulong DurationNanos, ulong EndNanos)
{
    /// <summary>Bytes of the ids: 16 of the trace, 8 of the span.</summary>
    public const int IdBytes = SpanIds.Bytes;

    /// <summary>Whether there is a trace id: without one a span is no exemplar, as in the connector.</summary>
    public bool HasTraceId => (TraceHigh | TraceLow) != 0;

    /// <summary>The hash by which exemplars are chosen: <see cref="ByteHash.Of"/> the 24 bytes of trace id and span id.</summary>
    public static ulong HashOf(ReadOnlySpan<byte> ids) => ByteHash.Of(ids[..IdBytes]);

    /// <summary>The exemplar of the span with these ids.</summary>
    /// <param name="ids">Trace id and span id, one behind the other; zeros where the span has none.</param>
    /// <param name="durationNanos">Its duration in nanoseconds.</param>
    /// <param name="endNanos">Its end in nanoseconds since 1970.</param>
    public static SpanExemplar From(ReadOnlySpan<byte> ids, ulong durationNanos, ulong endNanos) => new(
        HashOf(ids),
        BinaryPrimitives.ReadUInt64BigEndian(ids),
        BinaryPrimitives.ReadUInt64BigEndian(ids[sizeof(ulong)..]),
        BinaryPrimitives.ReadUInt64BigEndian(ids[(2 * sizeof(ulong))..]),
        durationNanos,
        endNanos);

    /// <summary>Writes trace id and span id.</summary>
    public void WriteIds(Span<byte> ids)
    {
        BinaryPrimitives.WriteUInt64BigEndian(ids, TraceHigh);
        BinaryPrimitives.WriteUInt64BigEndian(ids[sizeof(ulong)..], TraceLow);
        BinaryPrimitives.WriteUInt64BigEndian(ids[(2 * sizeof(ulong))..], SpanId);
    }

    /// <summary>Which of two comes first: negative if this one, 0 only if they are equal.</summary>
    public int CompareTo(in SpanExemplar other)
    {
        int order = Hash.CompareTo(other.Hash);
        return order != 0 ? order : CompareRest(other);
    }

    private int CompareRest(in SpanExemplar other)
    {
        int order = TraceHigh.CompareTo(other.TraceHigh);
        order = order != 0 ? order : TraceLow.CompareTo(other.TraceLow);
        order = order != 0 ? order : SpanId.CompareTo(other.SpanId);
        order = order != 0 ? order : DurationNanos.CompareTo(other.DurationNanos);
        return order != 0 ? order : EndNanos.CompareTo(other.EndNanos);
    }
}
