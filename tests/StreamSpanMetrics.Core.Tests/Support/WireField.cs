namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>A field of a legal message.</summary>
/// <param name="Number">Field number.</param>
/// <param name="WireType">Wire type, but for groups.</param>
/// <param name="Value">Value of a varint or fixed field.</param>
/// <param name="Content">Content of a length-delimited field.</param>
internal sealed record WireField(int Number, int WireType, ulong Value, byte[] Content)
{
    /// <summary>The fields of a message that is known to be whole and free of groups.</summary>
    public static List<WireField> Parse(byte[] message)
    {
        List<WireField> fields = [];
        for (int position = 0; position < message.Length;)
        {
            ulong tag = Varint(message, ref position);
            int wireType = (int)(tag & 7);
            ulong value = 0;
            byte[] content = [];
            switch (wireType)
            {
                case 0:
                    value = Varint(message, ref position);
                    break;
                case 1:
                    value = BitConverter.ToUInt64(message, position);
                    position += 8;
                    break;
                case 2:
                    int length = (int)Varint(message, ref position);
                    content = message[position..(position + length)];
                    position += length;
                    break;
                case 5:
                    value = BitConverter.ToUInt32(message, position);
                    position += 4;
                    break;
                default:
                    throw new InvalidDataException($"wire type {wireType}");
            }

            fields.Add(new WireField((int)(tag >> 3), wireType, value, content));
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
