using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>An attribute of a resource. Its identity is name and text.</summary>
/// <param name="Name">Attribute name.</param>
/// <param name="Text">Value as text.</param>
/// <param name="Kind">Kind of the value in the resource.</param>
public readonly record struct AttributeValue(string Name, string Text, ValueKind Kind)
{
    internal static AttributeValue From(Schemas.V1.Attribute? attribute) =>
        attribute is null ? default : new(attribute.Name, attribute.Text, attribute.Kind);

    internal Schemas.V1.Attribute ToMessage() => new() { Name = Name ?? "", Text = Text ?? "", Kind = Kind };

    /// <summary>The kind that stands for two kinds of one text (P-5): theirs if they agree, else string.</summary>
    internal static ValueKind Join(ValueKind one, ValueKind other) => one == other ? one : ValueKind.String;

    /// <summary>Copies a field of a message, sorted by name in ordinal order.</summary>
    internal static AttributeValue[] ListFrom(IReadOnlyList<Schemas.V1.Attribute> attributes)
    {
        AttributeValue[] list = new AttributeValue[attributes.Count];
        for (int i = 0; i < list.Length; i++)
        {
            list[i] = From(attributes[i]);
        }

        if (IsSorted(list))
        {
            return list;
        }

        Array.Sort(list, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return list;
    }

    private static bool IsSorted(AttributeValue[] list)
    {
        for (int i = 1; i < list.Length; i++)
        {
            if (string.CompareOrdinal(list[i - 1].Name, list[i].Name) > 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// What two lists sorted by name agree on: name, kind and text. Commutative, so the order of arrival does not matter.
    /// </summary>
    internal static AttributeValue[] Intersect(AttributeValue[] one, AttributeValue[] other)
    {
        List<AttributeValue> common = new(Math.Min(one.Length, other.Length));
        int left = 0;
        int right = 0;
        while (left < one.Length && right < other.Length)
        {
            int order = string.CompareOrdinal(one[left].Name, other[right].Name);
            if (order == 0 && one[left] == other[right])
            {
                common.Add(one[left]);
            }

            left += order <= 0 ? 1 : 0;
            right += order >= 0 ? 1 : 0;
        }

        return common.Count == one.Length ? one : [.. common];
    }
}
