using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans.Conditions;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>Conditions in the most obvious way: generated classes, boxed values, and expressions of the backtracking kind.</summary>
internal static class NaiveCondition
{
    /// <summary>Whether <paramref name="condition"/> holds for a span, or for one of its events.</summary>
    public static bool Holds(Condition condition, Span span, Span.Types.Event? happened, IEnumerable<KeyValue> resource)
    {
        bool Of(Condition inner) => Holds(inner, span, happened, resource);
        object? Value(Operand operand) => NaiveCondition.Value(operand, span, happened, resource);
        return condition switch
        {
            ConstantCondition constant => constant.Value,
            NotCondition not => !Of(not.Inner),
            JoinedCondition joined => joined.IsAll ? joined.Parts.All(Of) : joined.Parts.Any(Of),
            MatchCondition match => Text(Value(match.Target)) is string text && Regex.IsMatch(text, match.Pattern, RegexOptions.CultureInvariant),
            ComparisonCondition comparison => Compares(comparison.Operator, Value(comparison.Left), Value(comparison.Right)),
            _ => throw new NotSupportedException(condition.ToString()),
        };
    }

    private static object? Value(Operand operand, Span span, Span.Types.Event? happened, IEnumerable<KeyValue> resource) => operand.Field switch
    {
        OperandField.Literal => operand.Kind switch
        {
            ConditionValueKind.Text => operand.Text,
            ConditionValueKind.Flag => operand.Integer != 0,
            ConditionValueKind.Integer => operand.Integer,
            ConditionValueKind.Double => operand.Double,
            _ => null,
        },
        OperandField.SpanName => span.Name,
        OperandField.SpanKind => (long)span.Kind,
        OperandField.SpanKindText => (int)span.Kind is >= 0 and <= 5 ? span.Kind.ToString() : "",
        OperandField.StatusCode => (long)(span.Status?.Code ?? 0),
        OperandField.EventName => happened!.Name,
        OperandField.SpanAttribute => Value(operand.AttributeName, span.Attributes),
        OperandField.EventAttribute => Value(operand.AttributeName, happened!.Attributes),
        _ => Value(operand.AttributeName, resource),
    };

    private static object? Value(string name, IEnumerable<KeyValue> attributes)
    {
        AnyValue? value = attributes.FirstOrDefault(attribute => attribute.Key == name)?.Value;
        return value?.ValueCase switch
        {
            null or AnyValue.ValueOneofCase.None => null,
            AnyValue.ValueOneofCase.StringValue => value.StringValue,
            AnyValue.ValueOneofCase.BoolValue => value.BoolValue,
            AnyValue.ValueOneofCase.IntValue => value.IntValue,
            AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue,
            _ => value,
        };
    }

    private static string? Text(object? value)
    {
        switch (value)
        {
            case null:
                return null;
            case string text:
                return text;
            case bool or long:
                return value.ToString()!.ToLowerInvariant();
            case AnyValue { ValueCase: AnyValue.ValueOneofCase.BytesValue } bytes:
                return Convert.ToHexStringLower(bytes.BytesValue.Span);
            default:
                ArrayBufferWriter<byte> output = new();
                AnyValue whole = value as AnyValue ?? new AnyValue { DoubleValue = (double)value };
                new AnyValueText(new TextCounters()).Write(whole.ToByteArray(), output);
                return Encoding.UTF8.GetString(output.WrittenSpan);
        }
    }

    private static bool Compares(ComparisonOperator by, object? left, object? right)
    {
        int? order = (left, right) switch
        {
            (null, null) => 0,
            (string one, string other) => Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other)),
            (bool one, bool other) => one.CompareTo(other),
            (long one, long other) => one.CompareTo(other),
            (long or double, long or double) => Order(Convert.ToDouble(left, null), Convert.ToDouble(right, null)),
            _ => null,
        };
        return by switch
        {
            ComparisonOperator.NotEqual => order != 0,
            ComparisonOperator.Equal => order == 0,
            ComparisonOperator.Less => order < 0,
            ComparisonOperator.LessOrEqual => order <= 0,
            ComparisonOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static int? Order(double left, double right) => double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);
}
