using System.Text;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>How the series keys of one family are made: for each configured dimension where its value is found. Immutable.</summary>
public sealed class FamilyPlan
{
    private readonly int[] selectorIndexes;
    private readonly byte[]?[] defaults;

    /// <summary>Plans <paramref name="family"/>; <paramref name="selected"/> are the names that readers look for, in their order.</summary>
    public FamilyPlan(SeriesFamily family, SeriesLayout layout, IReadOnlyList<string> selected)
    {
        Family = family;
        ReadOnlySpan<DimensionRule> rules = layout.Configured(family);
        selectorIndexes = new int[rules.Length];
        defaults = new byte[rules.Length][];
        for (int index = 0; index < rules.Length; index++)
        {
            selectorIndexes[index] = IndexOf(rules[index].Name, selected);
            defaults[index] = rules[index].Default is string text ? StringValue(text) : null;
        }
    }

    /// <summary>The family.</summary>
    public SeriesFamily Family { get; }

    /// <summary>For each configured dimension the index of its name among the selected attributes.</summary>
    public ReadOnlySpan<int> SelectorIndexes => selectorIndexes;

    /// <summary>The default of a dimension as AnyValue bytes; null if it has none.</summary>
    public byte[]? Default(int dimension) => defaults[dimension];

    private static int IndexOf(string name, IReadOnlyList<string> selected)
    {
        for (int index = 0; index < selected.Count; index++)
        {
            if (selected[index] == name)
            {
                return index;
            }
        }

        throw new ArgumentException($"The dimension '{name}' is not among the selected attributes.", nameof(selected));
    }

    /// <summary>An AnyValue message that holds <paramref name="text"/> as a string.</summary>
    private static byte[] StringValue(string text)
    {
        OpenTelemetry.Proto.Common.V1.AnyValue value = new() { StringValue = text };
        byte[] bytes = new byte[value.CalculateSize()];
        Google.Protobuf.MessageExtensions.WriteTo(value, bytes);
        return bytes;
    }
}
