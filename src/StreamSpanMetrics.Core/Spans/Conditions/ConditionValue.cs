using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>A value while it is compared. Lives on the stack as long as the record's memory.</summary>
internal readonly ref struct ConditionValue
{
    private readonly ConditionValueKind kind;
    private readonly long integer;
    private readonly double number;
    private readonly ReadOnlySpan<byte> text;

    private ConditionValue(ConditionValueKind kind, long integer = 0, double number = 0, ReadOnlySpan<byte> text = default)
    {
        this.kind = kind;
        this.integer = integer;
        this.number = number;
        this.text = text;
    }

    /// <summary>No value.</summary>
    public static ConditionValue Nil => default;

    /// <summary>A text, as bytes.</summary>
    public static ConditionValue OfText(ReadOnlySpan<byte> text) => new(ConditionValueKind.Text, text: text);

    /// <summary>A whole number.</summary>
    public static ConditionValue OfInteger(long integer) => new(ConditionValueKind.Integer, integer, integer);

    /// <summary>The literal <paramref name="operand"/>, whose text is <paramref name="text"/>.</summary>
    public static ConditionValue OfLiteral(Operand operand, ReadOnlySpan<byte> text) => operand.Kind switch
    {
        ConditionValueKind.Text => OfText(text),
        ConditionValueKind.Integer => OfInteger(operand.Integer),
        ConditionValueKind.Flag => new(ConditionValueKind.Flag, operand.Integer),
        ConditionValueKind.Double => new(ConditionValueKind.Double, 0, operand.Double),
        _ => Nil,
    };

    /// <summary>What the AnyValue message <paramref name="value"/> holds; nil if it is empty or malformed.</summary>
    public static ConditionValue Read(ReadOnlySpan<byte> value)
    {
        if (!AnyValueText.TryFindMember(value, out byte tag, out ValueSlice content, out ulong bits))
        {
            return Nil;
        }

        return tag switch
        {
            OtlpTags.AnyValueString => OfText(content.In(value)),
            OtlpTags.AnyValueBool => new(ConditionValueKind.Flag, bits != 0 ? 1 : 0),
            OtlpTags.AnyValueInt => OfInteger((long)bits),
            OtlpTags.AnyValueDouble => new(ConditionValueKind.Double, 0, BitConverter.UInt64BitsToDouble(bits)),
            OtlpTags.AnyValueArray or OtlpTags.AnyValueMap or OtlpTags.AnyValueBytes => new(ConditionValueKind.Other),
            _ => Nil,
        };
    }

    /// <summary>Whether <c>this operator other</c> holds.</summary>
    public bool Compares(ComparisonOperator by, ConditionValue other)
    {
        switch (kind, other.kind)
        {
            case (ConditionValueKind.Integer, ConditionValueKind.Integer):
            case (ConditionValueKind.Flag, ConditionValueKind.Flag):
                return Holds(by, integer.CompareTo(other.integer));
            case (ConditionValueKind.Integer or ConditionValueKind.Double, ConditionValueKind.Integer or ConditionValueKind.Double):
                return Compares(by, number, other.number);
            case (ConditionValueKind.Text, ConditionValueKind.Text):
                return Holds(by, text.SequenceCompareTo(other.text));
            case (ConditionValueKind.Nil, ConditionValueKind.Nil):
                return Holds(by, 0);
            default:
                return by == ComparisonOperator.NotEqual;
        }
    }

    // Not by an order: nothing is true of a number that is none, but that it differs.
    private static bool Compares(ComparisonOperator by, double left, double right) => by switch
    {
        ComparisonOperator.Equal => left == right,
        ComparisonOperator.NotEqual => left != right,
        ComparisonOperator.Less => left < right,
        ComparisonOperator.LessOrEqual => left <= right,
        ComparisonOperator.Greater => left > right,
        _ => left >= right,
    };

    private static bool Holds(ComparisonOperator by, int order) => by switch
    {
        ComparisonOperator.Equal => order == 0,
        ComparisonOperator.NotEqual => order != 0,
        ComparisonOperator.Less => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        ComparisonOperator.Greater => order > 0,
        _ => order >= 0,
    };
}
