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

    /// <summary>Adds the attributes of a message that match: a span, or an event, as <paramref name="shape"/> says.</summary>
    public DecodeProblem AddFrom(ReadOnlySpan<byte> record, ValueSlice region, MessageShape shape, byte tag, GlobNames names, SeriesFamily family)
    {
        ProtoCursor cursor = new(record, region, shape);
        while (cursor.MoveNext())
        {
            if (cursor.Tag != tag)
            {
                continue;
            }

            DecodeProblem problem = SlowSpanReader.ReadKeyValue(record, cursor.Content, out ValueSlice key, out ValueSlice value);
            if (problem.Exists)
            {
                return problem;
            }

            if (names.Matches(family, key.In(record)))
            {
                Add(new GlobAttribute(key, value), record);
            }
        }

        return cursor.Problem;
    }
}
