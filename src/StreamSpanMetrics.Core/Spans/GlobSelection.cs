using System.Runtime.InteropServices;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// The attributes of a span that are dimensions by pattern, sorted by name: the first <see cref="SeriesLayout.MaxGlobNames"/> of them,
/// whatever order they come in. Of several attributes of one name the first added counts, so those of the span are added before those of
/// an event and those of the resource. Reused; not thread-safe.
/// </summary>
internal sealed class GlobSelection
{
    private readonly GlobAttribute[] sorted = new GlobAttribute[SeriesLayout.MaxGlobNames];

    /// <summary>Number of attributes.</summary>
    public int Count { get; private set; }

    /// <summary>The attributes, sorted by the bytes of their names.</summary>
    public ReadOnlySpan<GlobAttribute> Sorted => sorted.AsSpan(0, Count);

    /// <summary>Forgets all attributes.</summary>
    public void Clear() => Count = 0;

    /// <summary>Becomes the same as <paramref name="other"/>.</summary>
    public void CopyFrom(GlobSelection other)
    {
        other.Sorted.CopyTo(sorted);
        Count = other.Count;
    }

    /// <summary>Adds an attribute unless there is one of its name, or enough of smaller names.</summary>
    public void Add(GlobAttribute attribute, ReadOnlySpan<byte> record)
    {
        ReadOnlySpan<byte> name = attribute.NameIn(record);
        int place = Count;
        while (place > 0)
        {
            int order = sorted[place - 1].NameIn(record).SequenceCompareTo(name);
            if (order == 0)
            {
                return;
            }

            if (order < 0)
            {
                break;
            }

            place--;
        }

        if (place == sorted.Length)
        {
            return;
        }

        int moved = Math.Min(Count, sorted.Length - 1) - place;
        sorted.AsSpan(place, moved).CopyTo(sorted.AsSpan(place + 1));
        sorted[place] = attribute;
        Count = Math.Min(Count + 1, sorted.Length);
    }

    /// <summary>Adds the attributes of the span in <paramref name="view"/> that match.</summary>
    public DecodeProblem AddFrom(ReadOnlySpan<byte> record, SpanView view, GlobNames names, SeriesFamily family)
    {
        ref byte data = ref MemoryMarshal.GetReference(record);
        int position = view.Region.Start;
        int end = view.Region.Start + view.Region.Length;
        while (position < end)
        {
            // Spans nearly always look alike.
            if (SpanRuns.TryAttribute(ref data, position, end, out ValueSlice key, out ValueSlice value, out int next))
            {
                position = next;
                AddIfMatching(record, key, value, names, family);
                continue;
            }

            next = SpanRuns.SkipOthers(ref data, position, end);
            if (next == position)
            {
                ProtoCursor cursor = new(record, new ValueSlice(position, end - position), MessageShape.Span);
                DecodeProblem problem = AddNext(record, ref cursor, OtlpTags.SpanAttributes, names, family);
                if (problem.Exists)
                {
                    return problem;
                }

                next = cursor.Position;
            }

            position = next;
        }

        return DecodeProblem.None;
    }

    /// <summary>Adds the attributes of an event that match.</summary>
    public DecodeProblem AddFromEvent(ReadOnlySpan<byte> record, ValueSlice region, GlobNames names, SeriesFamily family)
    {
        ProtoCursor cursor = new(record, region, MessageShape.Event);
        int end = region.Start + region.Length;
        while (cursor.Position < end)
        {
            DecodeProblem problem = AddNext(record, ref cursor, OtlpTags.EventAttributes, names, family);
            if (problem.Exists)
            {
                return problem;
            }
        }

        return DecodeProblem.None;
    }

    // The next field, if it is an attribute.
    private DecodeProblem AddNext(ReadOnlySpan<byte> record, ref ProtoCursor fields, byte tag, GlobNames names, SeriesFamily family)
    {
        if (!fields.MoveNext() || fields.Tag != tag)
        {
            return fields.Problem;
        }

        DecodeProblem problem = SlowSpanReader.ReadKeyValue(record, fields.Content, out ValueSlice key, out ValueSlice value);
        if (!problem.Exists)
        {
            AddIfMatching(record, key, value, names, family);
        }

        return problem;
    }

    private void AddIfMatching(ReadOnlySpan<byte> record, ValueSlice key, ValueSlice value, GlobNames names, SeriesFamily family)
    {
        if (names.Matches(family, key.In(record)))
        {
            Add(new GlobAttribute(key, value), record);
        }
    }
}
