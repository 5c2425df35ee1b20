using System.Text;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>How the series keys of one family are made: for each configured dimension where its value is found. Immutable.</summary>
public sealed class FamilyPlan
{
    private readonly int[] selectorIndexes;
    private readonly byte[]?[] defaults;

    /// <summary>Plans <paramref name="family"/>, whose values readers put into <paramref name="slots"/>.</summary>
    public FamilyPlan(SeriesFamily family, SeriesLayout layout, AttributeSlots slots)
    {
        Family = family;
        HasGlobs = !layout.Globs(family).IsEmpty;
        ReadOnlySpan<DimensionRule> rules = layout.Configured(family);
        selectorIndexes = new int[rules.Length];
        defaults = new byte[rules.Length][];
        for (int index = 0; index < rules.Length; index++)
        {
            selectorIndexes[index] = slots.Of(rules[index]);
            ArgumentOutOfRangeException.ThrowIfNegative(selectorIndexes[index], rules[index].Name);
            defaults[index] = rules[index].Default is string text ? StringValue.Encode(text, rules[index].DefaultKind) : null;
        }
    }

    /// <summary>Whether attributes are dimensions of the family by pattern.</summary>
    public bool HasGlobs { get; }

    /// <summary>The family.</summary>
    public SeriesFamily Family { get; }

    /// <summary>For each configured dimension the slot of its value.</summary>
    public ReadOnlySpan<int> SelectorIndexes => selectorIndexes;

    /// <summary>The default of a dimension as AnyValue bytes; null if it has none.</summary>
    public byte[]? Default(int dimension) => defaults[dimension];
}
