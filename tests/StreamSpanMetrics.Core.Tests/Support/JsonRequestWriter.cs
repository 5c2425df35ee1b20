using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>
/// Writes messages as OTLP JSON in every way that a writer may choose, by the descriptors of the generated classes: names of both kinds,
/// integers bare or in strings, enumerations by name or number, members in any order, escapes, white space, unknown members, nulls.
/// </summary>
internal sealed class JsonRequestWriter(Random random)
{
    private static readonly string[] Spaces = ["", "", "", " ", "\n\t ", "\r\n"];

    private static readonly string[] Unknowns =
    [
        "null", "true", "-0.5e+3", "\"a\\\"\\u00e9\"", "[]", "{}", "[1,[2,{\"spans\":[{}]}],\"]\"]", "{\"traceId\":{\"a\":[{\"b\":\"}\"}]},\"\":0}",
    ];

    private readonly StringBuilder json = new();

    /// <summary>A message as JSON text in UTF-8.</summary>
    public byte[] Write(IMessage message)
    {
        json.Clear();
        WriteMessage(message);
        WriteSpace();
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    private void WriteMessage(IMessage message)
    {
        List<Action> members = [];
        foreach (FieldDescriptor field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (IsWritten(message, field))
            {
                members.Add(() => WriteField(message, field));
            }
            else if (random.Next(30) == 0 && field.ContainingOneof is null)
            {
                members.Add(() => WriteMember(NameOf(field), () => json.Append("null")));
            }
        }

        if (random.Next(12) == 0)
        {
            members.Add(() => WriteMember("later", () => json.Append(Unknowns[random.Next(Unknowns.Length)])));
        }

        Action[] ordered = [.. members];
        if (random.Next(3) == 0)
        {
            random.Shuffle(ordered);
        }

        WriteAll('{', '}', ordered);
    }

    private bool IsWritten(IMessage message, FieldDescriptor field)
    {
        if (field.IsRepeated)
        {
            return ((System.Collections.IList)field.Accessor.GetValue(message)).Count > 0 || random.Next(5) == 0;
        }

        // Zeros of fields that do not know whether they are set may be left out or not, as the Collector does with empty ids.
        return field.HasPresence
            ? field.Accessor.HasValue(message)
            : random.Next(4) == 0 || field.Accessor.GetValue(message) is not (0 or 0u or 0UL or "" or ByteString { IsEmpty: true });
    }

    private void WriteField(IMessage message, FieldDescriptor field)
    {
        object value = field.Accessor.GetValue(message);
        WriteMember(NameOf(field), () =>
        {
            if (field.IsRepeated)
            {
                WriteAll('[', ']', [.. ((System.Collections.IList)value).Cast<object>().Select(one => (Action)(() => WriteValue(field, one)))]);
            }
            else
            {
                WriteValue(field, value);
            }
        });
    }

    private string NameOf(FieldDescriptor field) => random.Next(3) == 0 ? field.Name : field.JsonName;

    private void WriteMember(string name, Action value)
    {
        WriteString(name);
        WriteSpace();
        json.Append(':');
        WriteSpace();
        value();
    }

    private void WriteAll(char open, char close, Action[] parts)
    {
        json.Append(open);
        for (int index = 0; index < parts.Length; index++)
        {
            json.Append(index == 0 ? "" : ",");
            WriteSpace();
            parts[index]();
            WriteSpace();
        }

        json.Append(close);
    }

    private void WriteValue(FieldDescriptor field, object value)
    {
        switch (value)
        {
            case IMessage message:
                WriteMessage(message);
                break;
            case string text:
                WriteString(text);
                break;
            case ByteString bytes:
                bool isId = field.Name.EndsWith("_id", StringComparison.Ordinal);
                string hex = Convert.ToHexString(bytes.Span);
                WriteString(isId ? random.Next(2) == 0 ? hex : hex.ToLowerInvariant() : bytes.ToBase64());
                break;
            case bool flag:
                json.Append(flag ? "true" : "false");
                break;
            case double number:
                WriteDouble(number);
                break;
            default:
                WriteInteger(field, value);
                break;
        }
    }

    private void WriteInteger(FieldDescriptor field, object value)
    {
        long? number = field.FieldType == FieldType.Enum ? (int)value : null;
        if (number is long known && field.EnumType.FindValueByNumber((int)known) is EnumValueDescriptor named && random.Next(3) == 0)
        {
            WriteString(named.Name);
            return;
        }

        string digits = number?.ToString(CultureInfo.InvariantCulture) ?? Convert.ToString(value, CultureInfo.InvariantCulture)!;
        if (number is null && random.Next(2) == 0)
        {
            WriteString(digits);
        }
        else
        {
            json.Append(digits);
        }
    }

    private void WriteDouble(double number)
    {
        string digits = number.ToString("R", CultureInfo.InvariantCulture);
        if (!double.IsFinite(number) || random.Next(4) == 0)
        {
            WriteString(digits);
        }
        else
        {
            json.Append(digits);
        }
    }

    private void WriteString(string text)
    {
        bool escapeMore = random.Next(4) == 0;
        json.Append('"');
        foreach (char unit in text)
        {
            bool must = unit is '"' or '\\' or < ' ';
            if (unit is '"' or '\\' or '/' && random.Next(2) == 0)
            {
                json.Append('\\').Append(unit);
            }
            else if (must || (escapeMore && random.Next(5) == 0))
            {
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
            else
            {
                json.Append(unit);
            }
        }

        json.Append('"');
    }

    private void WriteSpace() => json.Append(Spaces[random.Next(Spaces.Length)]);
}
