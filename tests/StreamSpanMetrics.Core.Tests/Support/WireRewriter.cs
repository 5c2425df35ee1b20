namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>
/// Writes a legal request again in another legal form: fields in another order, varints with useless bytes, unknown fields of every
/// wire type, scalars written twice, messages in two parts, a oneof set twice.
/// </summary>
internal sealed class WireRewriter(Random random)
{
    private const int FirstUnknownNumber = 20;
    private const int LastUnknownNumber = (1 << 29) - 1;

    /// <summary>The request in another form.</summary>
    public byte[] Request(byte[] request) => Rewrite(request, 1, ResourceSpans);

    private byte[] ResourceSpans(byte[] message)
    {
        List<WireField> fields = [];
        foreach (WireField field in WireField.Parse(message))
        {
            fields.AddRange(field.Number == 1 ? Split(field) : [field]);
        }

        return Write(fields, field => field.Number == 2 ? ScopeSpans(field.Content) : field.Content, shuffle: true);
    }

    private byte[] ScopeSpans(byte[] message) => Rewrite(message, 2, Span);

    private byte[] Span(byte[] message)
    {
        List<WireField> fields = [];
        foreach (WireField field in WireField.Parse(message))
        {
            if (field.Number is 6 or 7 or 8 or 10 && random.Next(5) == 0)
            {
                fields.Add(field with { Value = (ulong)random.Next(100) });
            }

            if (field.Number == 5 && random.Next(5) == 0)
            {
                fields.Add(field with { Content = "earlier"u8.ToArray() });
            }

            fields.AddRange(field.Number == 15 ? Split(field) : [field]);
        }

        return Write(fields, Inner, shuffle: true);

        byte[] Inner(WireField field) => field.Number switch
        {
            9 => KeyValue(field.Content),
            11 => Rewrite(field.Content, 3, KeyValue),
            _ => field.Content,
        };
    }

    private byte[] KeyValue(byte[] message)
    {
        List<WireField> fields = [];
        foreach (WireField field in WireField.Parse(message))
        {
            if (random.Next(8) == 0)
            {
                // An earlier key; or an earlier part of the value, which the later part replaces unless it is empty.
                fields.Add(field with { Content = field.Number == 1 ? "k"u8.ToArray() : [0x18, 0x07] });
            }

            fields.Add(field);
        }

        bool shuffle = fields.Count == 2;
        return Write(fields, field => field.Number == 2 ? AnyValue(field.Content) : field.Content, shuffle);
    }

    private byte[] AnyValue(byte[] message)
    {
        List<WireField> fields = WireField.Parse(message);
        if (fields.Count > 0 && random.Next(4) == 0)
        {
            fields.Insert(0, fields[0].Number == 3 ? new WireField(1, 2, 0, "other"u8.ToArray()) : new WireField(3, 0, 42, []));
        }

        return Write(fields, field => field.Content, shuffle: false);
    }

    private byte[] Rewrite(byte[] message, int number, Func<byte[], byte[]> inner) =>
        Write(WireField.Parse(message), field => field.Number == number ? inner(field.Content) : field.Content, shuffle: true);

    /// <summary>A message field as two fields that a reader merges.</summary>
    private List<WireField> Split(WireField field)
    {
        List<WireField> parts = WireField.Parse(field.Content);
        int at = random.Next(parts.Count + 1);
        return
        [
            field with { Content = Write(parts[..at], part => part.Content, shuffle: false) },
            field with { Content = Write(parts[at..], part => part.Content, shuffle: false) },
        ];
    }

    private byte[] Write(List<WireField> fields, Func<WireField, byte[]> content, bool shuffle)
    {
        WireField[] order = [.. fields];
        if (shuffle && random.Next(3) > 0)
        {
            random.Shuffle(order);
        }

        List<byte> output = [];
        foreach (WireField field in order)
        {
            MaybeUnknown(output);
            WriteField(field with { Content = content(field) }, output);
        }

        MaybeUnknown(output);
        return [.. output];
    }

    private void MaybeUnknown(List<byte> output)
    {
        if (random.Next(12) > 0)
        {
            return;
        }

        int number = random.Next(2) == 0 ? FirstUnknownNumber + random.Next(20) : random.Next(FirstUnknownNumber, LastUnknownNumber + 1);
        WriteUnknown(number, random.Next(5), output);
    }

    private void WriteUnknown(int number, int form, List<byte> output)
    {
        switch (form)
        {
            case 4:
                WriteVarint(((ulong)number << 3) | 3, output);
                for (int inner = random.Next(3); inner > 0; inner--)
                {
                    WriteUnknown(random.Next(1, 50), random.Next(5), output);
                }

                WriteVarint(((ulong)number << 3) | 4, output);
                break;
            case 2:
                WriteField(new WireField(number, 2, 0, new byte[random.Next(200)]), output);
                break;
            default:
                WriteField(new WireField(number, form == 3 ? 5 : form, (ulong)random.NextInt64(), []), output);
                break;
        }
    }

    private void WriteField(WireField field, List<byte> output)
    {
        WriteVarint(((ulong)field.Number << 3) | (uint)field.WireType, output);
        switch (field.WireType)
        {
            case 0:
                WriteVarint(field.Value, output);
                break;
            case 2:
                WriteVarint((ulong)field.Content.Length, output);
                output.AddRange(field.Content);
                break;
            default:
                output.AddRange(BitConverter.GetBytes(field.Value).AsSpan(0, field.WireType == 1 ? 8 : 4));
                break;
        }
    }

    private void WriteVarint(ulong value, List<byte> output)
    {
        int useless = random.Next(8) == 0 ? random.Next(1, 4) : 0;
        int bytes = 1;
        for (; value >= 0x80; value >>= 7, bytes++)
        {
            output.Add((byte)(value | 0x80));
        }

        if (useless == 0 || bytes + useless > 10)
        {
            output.Add((byte)value);
            return;
        }

        output.Add((byte)(value | 0x80));
        for (; useless > 1; useless--)
        {
            output.Add(0x80);
        }

        output.Add(0);
    }
}
