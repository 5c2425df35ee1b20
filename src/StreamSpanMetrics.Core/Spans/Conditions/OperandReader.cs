using System.Text;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>Finds the value of an operand in what is counted. Immutable.</summary>
internal sealed class OperandReader
{
    private readonly Operand operand;
    private readonly byte[] text;
    private readonly int slot;

    /// <summary>Reads <paramref name="operand"/>, whose attribute has a slot in <paramref name="slots"/>.</summary>
    public OperandReader(Operand operand, AttributeSlots slots)
    {
        this.operand = operand;
        text = Encoding.UTF8.GetBytes(operand.Text);
        slot = operand.IsAttribute ? slots.Of(operand.AttributeName) : 0;
        ArgumentOutOfRangeException.ThrowIfNegative(slot, operand.AttributeName);
    }

    /// <summary>Whether <see cref="TryFind"/> finds AnyValue messages; else it finds nothing and <see cref="Read"/> has to be asked.</summary>
    public bool IsAttribute => operand.IsAttribute;

    /// <summary>The value.</summary>
    public ConditionValue Read(ConditionInput input) => operand.Field switch
    {
        OperandField.Literal => ConditionValue.OfLiteral(operand, text),
        OperandField.SpanKind => ConditionValue.OfInteger(input.Span.Kind),
        OperandField.StatusCode => ConditionValue.OfInteger(input.Span.StatusCode),
        _ when IsAttribute => TryFind(input, out ReadOnlySpan<byte> found) ? ConditionValue.Read(found) : ConditionValue.Nil,
        _ => ConditionValue.OfText(ReadText(input)),
    };

    /// <summary>The AnyValue message of an attribute; false where it is absent.</summary>
    public bool TryFind(ConditionInput input, out ReadOnlySpan<byte> found)
    {
        if (operand.Field == OperandField.ResourceAttribute)
        {
            found = input.Resource.Values[slot];
            return input.Resource.Values[slot] is not null;
        }

        ValueSlice region = operand.Field == OperandField.SpanAttribute ? input.Span.Values[slot] : input.EventValues[slot];
        found = region.IsPresent ? region.In(input.Record) : default;
        return region.IsPresent;
    }

    /// <summary>The number of a field that is one; false for others.</summary>
    public bool TryReadNumber(ConditionInput input, out int number)
    {
        number = operand.Field == OperandField.SpanKind ? input.Span.Kind : input.Span.StatusCode;
        return operand.Field is OperandField.SpanKind or OperandField.StatusCode;
    }

    /// <summary>The text of a field that is one.</summary>
    public ReadOnlySpan<byte> ReadText(ConditionInput input) => operand.Field switch
    {
        OperandField.SpanName => input.Span.Name.In(input.Record),
        OperandField.EventName => input.EventName.In(input.Record),
        _ => KindText(input.Span.Kind),
    };

    // As pdata prints a kind (pdata/ptrace/span_kind.go).
    private static ReadOnlySpan<byte> KindText(int kind) => kind switch
    {
        0 => "Unspecified"u8,
        1 => "Internal"u8,
        2 => "Server"u8,
        3 => "Client"u8,
        4 => "Producer"u8,
        5 => "Consumer"u8,
        _ => [],
    };
}
