using System.Buffers.Text;
using System.Globalization;
using System.Text;
using OpenTelemetry.Proto.Common.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Attribute values of any kind as text, as the Collector prints them (pdata/pcommon/value.go, <c>AsString</c>): arrays and maps
/// are compact JSON with sorted keys, bytes are base64.
/// </summary>
internal static class AttributeText
{
    // Deeper values are hostile input; the mark is the one that the reader of spans uses too.
    private const int DeepestLevel = 64;

    /// <summary>Appends the text of <paramref name="value"/>; nothing for an empty value.</summary>
    public static void Append(ByteBuffer target, AnyValue? value)
    {
        switch (value?.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                target.AppendText(value.StringValue);
                break;
            case AnyValue.ValueOneofCase.IntValue:
                AppendInteger(target, value.IntValue);
                break;
            case AnyValue.ValueOneofCase.BoolValue:
                target.Append(value.BoolValue ? "true"u8 : "false"u8);
                break;
            case AnyValue.ValueOneofCase.DoubleValue:
                target.AppendText(NumberText.Attribute(value.DoubleValue));
                break;
            case AnyValue.ValueOneofCase.BytesValue:
                target.AppendText(Convert.ToBase64String(value.BytesValue.Span));
                break;
            case AnyValue.ValueOneofCase.ArrayValue:
            case AnyValue.ValueOneofCase.KvlistValue:
                AppendJsonOrNothing(target, value);
                break;
            default:
                break;
        }
    }

    // JSON has no NaN and no infinity: Go's encoder fails on them, and the Collector prints nothing at all.
    private static void AppendJsonOrNothing(ByteBuffer target, AnyValue value)
    {
        int start = target.Length;
        if (!AppendJson(target, value, 0))
        {
            target.Truncate(start);
        }
    }

    private static void AppendInteger(ByteBuffer target, long value)
    {
        Span<byte> text = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, text, out int length);
        target.Append(text[..length]);
    }

    private static bool AppendJson(ByteBuffer target, AnyValue? value, int level)
    {
        if (level > DeepestLevel)
        {
            AppendJsonString(target, "…");
            return true;
        }

        switch (value?.ValueCase)
        {
            case AnyValue.ValueOneofCase.StringValue:
                AppendJsonString(target, value.StringValue);
                return true;
            case AnyValue.ValueOneofCase.BytesValue:
                AppendJsonString(target, Convert.ToBase64String(value.BytesValue.Span));
                return true;
            case AnyValue.ValueOneofCase.DoubleValue:
                Append(target, value);
                return double.IsFinite(value.DoubleValue);
            case AnyValue.ValueOneofCase.IntValue:
            case AnyValue.ValueOneofCase.BoolValue:
                Append(target, value);
                return true;
            case AnyValue.ValueOneofCase.ArrayValue:
                return AppendJsonArray(target, value.ArrayValue, level);
            case AnyValue.ValueOneofCase.KvlistValue:
                return AppendJsonMap(target, value.KvlistValue, level);
            default:
                target.Append("null"u8);
                return true;
        }
    }

    private static bool AppendJsonArray(ByteBuffer target, ArrayValue array, int level)
    {
        target.Append((byte)'[');
        for (int at = 0; at < array.Values.Count; at++)
        {
            if (at > 0)
            {
                target.Append((byte)',');
            }

            if (!AppendJson(target, array.Values[at], level + 1))
            {
                return false;
            }
        }

        target.Append((byte)']');
        return true;
    }

    private static bool AppendJsonMap(ByteBuffer target, KeyValueList map, int level)
    {
        SortedDictionary<string, AnyValue?> entries = new(Utf8Order.Instance);
        foreach (KeyValue entry in map.Values)
        {
            entries[entry.Key] = entry.Value;
        }

        target.Append((byte)'{');
        bool first = true;
        foreach (KeyValuePair<string, AnyValue?> entry in entries)
        {
            if (!first)
            {
                target.Append((byte)',');
            }

            first = false;
            AppendJsonString(target, entry.Key);
            target.Append((byte)':');
            if (!AppendJson(target, entry.Value, level + 1))
            {
                return false;
            }
        }

        target.Append((byte)'}');
        return true;
    }

    // The escapes of Go's encoding/json with HTML escaping off.
    private static void AppendJsonString(ByteBuffer target, string text)
    {
        StringBuilder escaped = new(text.Length + 2);
        escaped.Append('"');
        foreach (char letter in text)
        {
            _ = letter switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append(@"\\"),
                '\n' => escaped.Append(@"\n"),
                '\r' => escaped.Append(@"\r"),
                '\t' => escaped.Append(@"\t"),
                '\b' => escaped.Append(@"\b"),
                '\f' => escaped.Append(@"\f"),
                < ' ' or '\u2028' or '\u2029' => escaped.Append(CultureInfo.InvariantCulture, $@"\u{(int)letter:x4}"),
                _ => escaped.Append(letter),
            };
        }

        target.AppendText(escaped.Append('"').ToString());
    }
}
