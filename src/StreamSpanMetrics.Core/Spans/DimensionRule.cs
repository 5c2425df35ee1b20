using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>A configured dimension: an attribute looked up on the span, else on the resource, else the default.</summary>
/// <param name="Name">Attribute name, exact, never empty; also the name under which the value is emitted.</param>
/// <param name="Default">Value where the attribute is missing; null leaves the dimension out.</param>
public sealed record DimensionRule(string Name, string? Default = null)
{
    /// <summary>Kind of <see cref="Default"/>: text that reads back as that kind. Only the count connector has other ones than strings.</summary>
    public TextKind DefaultKind { get; init; } = TextKind.String;

    /// <summary>
    /// A pattern (<see cref="GlobPattern"/>) instead of a name, which is empty then: every attribute whose name matches is a dimension, of
    /// the span or else of the resource. Null for a dimension with a name.
    /// </summary>
    public string? Glob { get; init; }

    /// <summary>
    /// Other names of the attribute, exact, looked for in this order after <see cref="Name"/>: all of them on the span before any on the
    /// resource. As everywhere, an attribute that is there without a value hides what comes behind it.
    /// </summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>
    /// This rule and <paramref name="other"/> of the same name as one: default and aliases of this one come first, those of the other
    /// fill what is left.
    /// </summary>
    public DimensionRule Join(DimensionRule other)
    {
        List<string> joined = [.. Aliases];
        foreach (string alias in other.Aliases)
        {
            if (!joined.Contains(alias))
            {
                joined.Add(alias);
            }
        }

        return this with { Default = Default ?? other.Default, Aliases = joined };
    }

    /// <summary>Rules are equal if all of their names are, in order, and their defaults.</summary>
    public bool Equals(DimensionRule? other)
    {
        if (other is null || Name != other.Name || Default != other.Default || DefaultKind != other.DefaultKind || Glob != other.Glob
            || Aliases.Count != other.Aliases.Count)
        {
            return false;
        }

        for (int index = 0; index < Aliases.Count; index++)
        {
            if (Aliases[index] != other.Aliases[index])
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Default, Aliases.Count);
}
