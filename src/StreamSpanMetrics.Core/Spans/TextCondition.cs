using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// What a text has to be for a filter rule to hold: one of some texts, or what a regular expression finds a match in. Texts are those
/// that a dimension would show: numbers in decimal, an empty text is the same as none, and longer ones are cut as dimension values are.
/// </summary>
public sealed record TextCondition
{
    /// <summary>
    /// How expressions are compiled: in time linear in the text whatever the expression is, since texts come from anybody. Constructs that
    /// need to go back, such as look-around and back-references, are refused.
    /// </summary>
    public const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>The texts, compared as they stand; empty where <see cref="Regex"/> is set.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>
    /// An expression in the syntax of .NET that may match anywhere in the text, as in Tempo's filter policies and the Collector's filter
    /// processor: whoever means the whole text writes <c>^</c> and <c>$</c>. Null where <see cref="Texts"/> count.
    /// </summary>
    public string? Regex { get; init; }
}
