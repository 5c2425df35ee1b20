using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>Reads the exemplars of a resource's series, one series after the other, from columns that are well-formed, or from none.</summary>
internal ref struct ExemplarColumnsReader
{
    private readonly ExemplarColumns? columns;
    private readonly ReadOnlySpan<byte> ids;
    private int entry;
    private int at;

    /// <param name="columns">The columns, which <see cref="IsWellFormed"/> has found in order; null for none.</param>
    public ExemplarColumnsReader(ExemplarColumns? columns)
    {
        this.columns = columns;
        ids = columns is null ? [] : columns.Ids.Span;
    }

    /// <summary>Whether columns can be read to their ends, of a resource with so many series.</summary>
    public static bool IsWellFormed(ExemplarColumns? columns, int entries)
    {
        if (columns is null)
        {
            return true;
        }

        ulong total = 0;
        foreach (uint size in columns.Sizes)
        {
            total += size;
        }

        if (columns.Sizes.Count > entries || total != (ulong)columns.DurationNanos.Count || total != (ulong)columns.EndUnixNanos.Count ||
            (ulong)columns.Ids.Length != total * SpanExemplar.IdBytes)
        {
            return false;
        }

        for (ReadOnlySpan<byte> ids = columns.Ids.Span; ids.Length > 0; ids = ids[SpanExemplar.IdBytes..])
        {
            if (!SpanExemplar.From(ids, 0, 0).HasTraceId)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds the exemplars of the next series to those of <paramref name="owner"/>, or leaves them out where there are no sets.</summary>
    public void AddNext(ExemplarSets? sets, int owner)
    {
        if (columns is null || entry >= columns.Sizes.Count)
        {
            return;
        }

        for (int end = at + (int)columns.Sizes[entry]; at < end; at++)
        {
            ReadOnlySpan<byte> id = ids[(at * SpanExemplar.IdBytes)..];
            sets?.Add(owner, SpanExemplar.From(id, columns.DurationNanos[at], columns.EndUnixNanos[at]));
        }

        entry++;
    }
}
