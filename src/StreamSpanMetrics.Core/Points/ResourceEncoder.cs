using System.Buffers.Text;
using System.Globalization;
using System.Text;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Points;

/// <summary>Writes attributes and resources as OTLP (opentelemetry/proto/common/v1/common.proto, resource/v1/resource.proto).</summary>
internal sealed class ResourceEncoder
{
    private const int MaxDescriptive = 32;
    private const string InstanceAttribute = "service.instance.id";

    private readonly ProtobufBuffer value = new();
    private readonly ProtobufBuffer keyValue = new();
    private readonly ProtobufBuffer identityEntry = new();
    private byte[] text = new byte[256];

    /// <summary>
    /// Writes the content of a Resource: identity, and of the descriptive attributes at most 32 in name order (P-4), all sorted by
    /// name in ordinal order.
    /// </summary>
    public void WriteResource(ProtobufBuffer target, IReadOnlyList<AttributeValue> identity, IReadOnlyList<AttributeValue> descriptive)
    {
        int next = 0;
        int taken = 0;
        foreach (AttributeValue attribute in identity)
        {
            while (next < descriptive.Count && string.CompareOrdinal(descriptive[next].Name, attribute.Name) < 0)
            {
                taken += WriteDescriptive(target, descriptive[next++], taken);
            }

            while (next < descriptive.Count && descriptive[next].Name == attribute.Name)
            {
                next++;
            }

            WriteAttribute(target, attribute);
        }

        while (next < descriptive.Count)
        {
            taken += WriteDescriptive(target, descriptive[next++], taken);
        }
    }

    /// <summary>
    /// Writes the key of a resource's records: its identity attributes as messages of field 1, name 1 and text 2. Kinds are left
    /// out, so the key never changes.
    /// </summary>
    public void WriteKey(ProtobufBuffer target, IReadOnlyList<AttributeValue> identity)
    {
        foreach (AttributeValue attribute in identity)
        {
            identityEntry.Clear();
            identityEntry.WriteField(1, Utf8(attribute.Name));
            identityEntry.WriteField(2, Utf8(attribute.Text));
            target.WriteField(1, identityEntry.Written);
        }
    }

    /// <summary>Writes the content of a KeyValue.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="nameField">Field 1, encoded.</param>
    /// <param name="kind">Kind of the value.</param>
    /// <param name="valueText">UTF-8 text of the value.</param>
    public void WriteKeyValue(ProtobufBuffer target, ReadOnlySpan<byte> nameField, ValueKind kind, ReadOnlySpan<byte> valueText)
    {
        value.Clear();
        WriteAnyValue(kind, valueText);
        target.Write(nameField);
        target.WriteField(2, value.Written);
    }

    private int WriteDescriptive(ProtobufBuffer target, AttributeValue attribute, int taken)
    {
        if (taken == MaxDescriptive || attribute.Name == InstanceAttribute)
        {
            return 0;
        }

        WriteAttribute(target, attribute);
        return 1;
    }

    private void WriteAttribute(ProtobufBuffer target, AttributeValue attribute)
    {
        keyValue.Clear();
        keyValue.WriteField(1, Utf8(attribute.Name));
        value.Clear();
        WriteAnyValue(attribute.Kind, Utf8(attribute.Text));
        keyValue.WriteField(2, value.Written);
        target.WriteField(1, keyValue.Written);
    }

    // A text that does not read back as its kind stays a text: nothing is lost.
    private void WriteAnyValue(ValueKind kind, ReadOnlySpan<byte> valueText)
    {
        switch (kind)
        {
            case ValueKind.Bool when valueText.SequenceEqual("true"u8) || valueText.SequenceEqual("false"u8):
                value.WriteVarintField(2, valueText.Length == 4 ? 1UL : 0UL);
                break;
            case ValueKind.Int when Utf8Parser.TryParse(valueText, out long whole, out int read) && read == valueText.Length:
                value.WriteVarintField(3, (ulong)whole);
                break;
            case ValueKind.Double when double.TryParse(valueText, NumberStyles.Float, CultureInfo.InvariantCulture, out double number):
                value.WriteFixed64Field(4, BitConverter.DoubleToUInt64Bits(number));
                break;
            default:
                value.WriteField(1, valueText);
                break;
        }
    }

    private ReadOnlySpan<byte> Utf8(string from)
    {
        int needed = Encoding.UTF8.GetMaxByteCount(from.Length);
        if (needed > text.Length)
        {
            text = new byte[needed];
        }

        return text.AsSpan(0, Encoding.UTF8.GetBytes(from, text));
    }
}
