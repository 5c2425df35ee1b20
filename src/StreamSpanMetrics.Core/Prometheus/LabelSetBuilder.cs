using OpenTelemetry.Proto.Common.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Builds the sorted, encoded labels of one point after another: <see cref="Begin"/>, <see cref="Add"/> for each attribute, then
/// <see cref="Finish"/>. Attributes whose label names collide become one label, their values joined by <c>;</c> in the order of the
/// attribute names; a value equal to what is joined so far is not repeated (Collector, helper.go). Keeps nothing of the point.
/// </summary>
internal sealed class LabelSetBuilder
{
    // Names of dimensions recur; names beyond this many are hostile or odd and are made anew each time.
    private const int MostCachedNames = 4096;

    private readonly Dictionary<string, LabelName> names = [];
    private readonly ByteBuffer values = new();
    private readonly ByteBuffer arena;
    private readonly TranslationStrategy strategy;
    private readonly IReadOnlyDictionary<string, string> renames;
    private (LabelName Name, AnyValue? Value)[] slots = new (LabelName, AnyValue?)[16];
    private int count;
    private int nameAt;
    private int leAt;
    private int leEnd;

    /// <summary>
    /// A builder that appends its label sets, named by <paramref name="renames"/> and else by <paramref name="strategy"/>, to
    /// <paramref name="arena"/>.
    /// </summary>
    public LabelSetBuilder(ByteBuffer arena, TranslationStrategy strategy, IReadOnlyDictionary<string, string> renames)
    {
        this.arena = arena;
        this.strategy = strategy;
        this.renames = renames;
    }

    /// <summary>Number of attributes added since <see cref="Begin"/>.</summary>
    public int AttributeCount => count;

    /// <summary>Starts the next label set.</summary>
    public void Begin() => count = 0;

    /// <summary>Adds an attribute.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="overwrites">Whether it takes the place of an earlier one with the same key.</param>
    public void Add(KeyValue attribute, bool overwrites)
    {
        LabelName name = NameOf(attribute.Key);
        if (overwrites)
        {
            for (int at = 0; at < count; at++)
            {
                if (ReferenceEquals(slots[at].Name, name) || slots[at].Name.Attribute.AsSpan().SequenceEqual(name.Attribute))
                {
                    slots[at].Value = attribute.Value;
                    return;
                }
            }
        }

        if (count == slots.Length)
        {
            Array.Resize(ref slots, count * 2);
        }

        slots[count++] = (name, attribute.Value);
    }

    /// <summary>Merges the added attributes with <paramref name="fixedLabels"/> (sorted by name) and encodes the result.</summary>
    public LabelSet Finish(ReadOnlySpan<FixedLabel> fixedLabels)
    {
        Sort();
        int start = arena.Length;
        (nameAt, leAt, leEnd) = (-1, -1, -1);
        int own = 0;
        int at = 0;
        while (own < count || at < fixedLabels.Length)
        {
            int order = own == count ? 1
                : at == fixedLabels.Length ? -1
                : slots[own].Name.Label.AsSpan().SequenceCompareTo(fixedLabels[at].Name);
            if (order > 0)
            {
                Write(fixedLabels[at++]);
                continue;
            }

            LabelName name = slots[own].Name;
            ReadOnlySpan<byte> value = JoinValues(ref own);
            if (order < 0)
            {
                Write(name.Label, value);
                continue;
            }

            if (fixedLabels[at].Overrides || value.IsEmpty)
            {
                Write(fixedLabels[at]);
            }
            else
            {
                Write(name.Label, value);
            }

            at++;
        }

        int end = arena.Length;
        return new LabelSet(start, Place(nameAt, end), Place(leAt, end), Place(leEnd, end), end);
    }

    private static int Place(int offset, int end) => offset < 0 ? end : offset;

    // Insertion sort: few labels, mostly in order already, and equal ones stay in their order.
    private void Sort()
    {
        for (int at = 1; at < count; at++)
        {
            (LabelName Name, AnyValue? Value) slot = slots[at];
            int to = at;
            while (to > 0 && LabelName.Compare(slots[to - 1].Name, slot.Name) > 0)
            {
                slots[to] = slots[to - 1];
                to--;
            }

            slots[to] = slot;
        }
    }

    // The value of the label at slot `own`, joined over all slots with this label; moves `own` behind them.
    private ReadOnlySpan<byte> JoinValues(ref int own)
    {
        byte[] label = slots[own].Name.Label;
        values.Truncate();
        AttributeText.Append(values, slots[own].Value);
        own++;
        while (own < count && slots[own].Name.Label.AsSpan().SequenceEqual(label))
        {
            int joined = values.Length;
            values.Append((byte)';');
            AttributeText.Append(values, slots[own].Value);
            if (values.Written[..joined].SequenceEqual(values.Written[(joined + 1)..]))
            {
                values.Truncate(joined);
            }

            own++;
        }

        return values.Written;
    }

    private void Write(FixedLabel label)
    {
        if (Open(label.Name))
        {
            arena.Append(label.Encoded);
        }
    }

    private void Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty && Open(name))
        {
            FixedLabels.Encode(arena, name, value);
        }
    }

    // Notes where the places of __name__ and le fall. False for what must not be written: a name that is empty or the metric's.
    private bool Open(ReadOnlySpan<byte> name)
    {
        int order = name.SequenceCompareTo("__name__"u8);
        if (order == 0 || name.IsEmpty)
        {
            return false;
        }

        if (order > 0 && nameAt < 0)
        {
            nameAt = arena.Length;
        }

        int leOrder = name.SequenceCompareTo("le"u8);
        if (leOrder >= 0 && leAt < 0)
        {
            leAt = arena.Length;
        }

        if (leOrder > 0 && leEnd < 0)
        {
            leEnd = arena.Length;
        }

        return true;
    }

    private LabelName NameOf(string attribute)
    {
        if (!names.TryGetValue(attribute, out LabelName? name))
        {
            name = new LabelName(attribute, renames.GetValueOrDefault(attribute) ?? LabelNamer.Name(attribute, strategy));
            if (names.Count < MostCachedNames)
            {
                names.Add(attribute, name);
            }
        }

        return name;
    }
}
