using System.Buffers;
using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>Collects the exemplars of a resource's series as columns (schemas/streamspanmetrics/v1/deltas.proto).</summary>
internal sealed class ExemplarColumnsBuilder
{
    /// <summary>Upper bound of what an exemplar takes: its ids, a varint and a fixed number.</summary>
    private const int ExemplarBytes = SpanExemplar.IdBytes + 10 + sizeof(ulong);

    private readonly ExemplarColumns columns = new();
    private readonly ArrayBufferWriter<byte> ids = new();

    /// <summary>Adds the exemplars of a series, of which there is at least one, and returns an upper bound of the bytes that they take.</summary>
    /// <param name="entry">Number of the series in its resource, larger than that of the call before.</param>
    /// <param name="exemplars">Its exemplars, in their order.</param>
    public int Add(int entry, ReadOnlySpan<SpanExemplar> exemplars)
    {
        int skipped = entry - columns.Sizes.Count;
        for (int at = 0; at < skipped; at++)
        {
            columns.Sizes.Add(0);
        }

        columns.Sizes.Add((uint)exemplars.Length);
        foreach (ref readonly SpanExemplar exemplar in exemplars)
        {
            exemplar.WriteIds(ids.GetSpan(SpanExemplar.IdBytes));
            ids.Advance(SpanExemplar.IdBytes);
            columns.DurationNanos.Add(exemplar.DurationNanos);
            columns.EndUnixNanos.Add(exemplar.EndNanos);
        }

        // A size takes a byte or two.
        return ((skipped + 1) * 2) + (exemplars.Length * ExemplarBytes);
    }

    /// <summary>The finished columns; the builder is void afterwards.</summary>
    public ExemplarColumns Finish()
    {
        columns.Ids = UnsafeByteOperations.UnsafeWrap(ids.WrittenMemory);
        return columns;
    }
}
