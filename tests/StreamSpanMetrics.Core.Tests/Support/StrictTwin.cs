using System.Text;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>
/// Says, slowly and by recursion, whether a record is one that the reader has to accept, and makes a copy of it in which all that the
/// reader passes over is empty and all texts are valid. What is broken only inside the passed-over parts is whole in the copy.
/// </summary>
internal static class StrictTwin
{
    /// <summary>The problem of <paramref name="record"/>, or none and its blank copy.</summary>
    public static DecodeProblem Check(byte[] record, WireShape shape, out byte[] blank)
    {
        List<byte> output = [];
        blank = [];
        try
        {
            Walk(record, 0, record.Length, shape, output);
        }
        catch (WireProblem refused)
        {
            return refused.Problem;
        }

        blank = [.. output];
        return DecodeProblem.None;
    }

    private static void Walk(byte[] record, int start, int end, WireShape shape, List<byte> output)
    {
        if (shape.HasLateFields)
        {
            Pass(record, start, end, shape, includingLate: false, []);
        }

        if (shape.Parts is WireShape parts)
        {
            List<(int Start, int End)> regions = [];
            Pass(record, start, end, shape, includingLate: false, [], regions);
            foreach ((int Start, int End) region in regions.Count > 1 ? regions : [])
            {
                Pass(record, region.Start, region.End, parts, includingLate: true, []);
            }
        }

        Pass(record, start, end, shape, includingLate: true, output);
    }

    private static void Pass(
        byte[] record, int position, int end, WireShape shape, bool includingLate, List<byte> output,
        List<(int Start, int End)>? firstFields = null)
    {
        while (position < end)
        {
            int start = position;
            ulong tag = Varint(record, ref position, end, start);
            ulong number = tag >> 3;
            int wireType = (int)(tag & 7);
            if (number is 0 or >= 1 << 29)
            {
                throw new WireProblem(DecodeCause.IllegalFieldNumber, start);
            }

            WireRule? rule = shape.Rule(number);
            if (rule is not null && rule.WireType != wireType)
            {
                throw new WireProblem(DecodeCause.WrongWireType, start);
            }

            int contentStart = position;
            Skip(record, ref position, end, start, wireType, number, ref contentStart);
            if (tag == 0x0A)
            {
                firstFields?.Add((contentStart, position));
            }

            if (rule is not null)
            {
                Known(record, tag, start, contentStart, position, rule, includingLate || !rule.IsLate, output);
            }
        }
    }

    private static void Known(
        byte[] record, ulong tag, int start, int contentStart, int contentEnd, WireRule rule, bool opened, List<byte> output)
    {
        WriteVarint(tag, output);
        if (rule.WireType != 2)
        {
            output.AddRange(record[contentStart..contentEnd]);
            return;
        }

        int length = contentEnd - contentStart;
        if (opened && rule.IdBytes >= 0 && length != 0 && length != rule.IdBytes)
        {
            throw new WireProblem(DecodeCause.WrongIdLength, start);
        }

        List<byte> content = [];
        if (rule.Inner is not null && opened)
        {
            Walk(record, contentStart, contentEnd, rule.Inner, content);
        }
        else if (rule.IsText)
        {
            content.AddRange(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(record, contentStart, length)));
        }
        else if (rule.IdBytes >= 0)
        {
            content.AddRange(new byte[length]);
        }

        WriteVarint((ulong)content.Count, output);
        output.AddRange(content);
    }

    private static void Skip(byte[] record, ref int position, int end, int start, int wireType, ulong number, ref int contentStart)
    {
        switch (wireType)
        {
            case 0:
                Varint(record, ref position, end, start);
                break;
            case 1 or 5:
                position += wireType == 1 ? 8 : 4;
                break;
            case 2:
                ulong length = Varint(record, ref position, end, start);
                contentStart = position;
                position = length > (ulong)(end - position) ? int.MaxValue : position + (int)length;
                break;
            case 3:
                SkipGroup(record, ref position, end, start, number);
                break;
            default:
                throw new WireProblem(DecodeCause.IllegalWireType, start);
        }

        if (position > end)
        {
            throw new WireProblem(DecodeCause.Truncated, start);
        }
    }

    private static void SkipGroup(byte[] record, ref int position, int end, int start, ulong number)
    {
        while (true)
        {
            ulong tag = Varint(record, ref position, end, start);
            if (tag >> 3 is 0 or >= 1 << 29)
            {
                throw new WireProblem(DecodeCause.IllegalFieldNumber, start);
            }

            if ((tag & 7) == 4)
            {
                if (tag >> 3 != number)
                {
                    throw new WireProblem(DecodeCause.IllegalWireType, start);
                }

                return;
            }

            int unused = 0;
            Skip(record, ref position, end, start, (int)(tag & 7), tag >> 3, ref unused);
        }
    }

    private static ulong Varint(byte[] record, ref int position, int end, int start)
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (position >= end)
            {
                throw new WireProblem(DecodeCause.Truncated, start);
            }

            byte next = record[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new WireProblem(DecodeCause.VarintTooLong, start);
    }

    private static void WriteVarint(ulong value, List<byte> output)
    {
        for (; value >= 0x80; value >>= 7)
        {
            output.Add((byte)(value | 0x80));
        }

        output.Add((byte)value);
    }
}
