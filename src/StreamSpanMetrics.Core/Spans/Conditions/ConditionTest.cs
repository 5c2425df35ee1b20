using System.Globalization;

namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>
/// A comparison or a match ready to be applied, and where a condition goes on behind it: to another test or to its end. Not thread-safe.
/// </summary>
internal sealed class ConditionTest
{
    private const int MaxNumberBytes = 11;

    private readonly OperandReader left;
    private readonly OperandReader? right;
    private readonly ComparisonOperator by;
    private readonly PatternMatcher? matcher;

    /// <summary>Compiles <paramref name="comparison"/>.</summary>
    public ConditionTest(ComparisonCondition comparison, AttributeSlots slots)
    {
        left = new OperandReader(comparison.Left, slots);
        right = new OperandReader(comparison.Right, slots);
        by = comparison.Operator;
    }

    /// <summary>Compiles <paramref name="match"/>.</summary>
    public ConditionTest(MatchCondition match, AttributeSlots slots)
    {
        left = new OperandReader(match.Target, slots);
        matcher = new PatternMatcher(match.Pattern, match.Target.IsAttribute);
    }

    /// <summary>Number of the next test where this one holds.</summary>
    public required int OnTrue { get; init; }

    /// <summary>Number of the next test where this one does not hold.</summary>
    public required int OnFalse { get; init; }

    /// <summary>Whether it holds.</summary>
    public bool Holds(ConditionInput input)
    {
        if (matcher is null)
        {
            return left.Read(input).Compares(by, right!.Read(input));
        }

        if (left.IsAttribute)
        {
            return left.TryFind(input, out ReadOnlySpan<byte> found) && matcher.Matches(found);
        }

        if (!left.TryReadNumber(input, out int number))
        {
            return matcher.Matches(left.ReadText(input));
        }

        Span<byte> digits = stackalloc byte[MaxNumberBytes];
        number.TryFormat(digits, out int length, default, CultureInfo.InvariantCulture);
        return matcher.Matches(digits[..length]);
    }
}
