using System.Buffers.Binary;

namespace StreamSpanMetrics.Stages;

/// <summary>Headers of point records (E4): a number that rises by one per record of a shard, and a mark on a step's last record.</summary>
internal static class PointHeaders
{
    /// <summary>Header with the number, 8 bytes, big-endian.</summary>
    public const string Sequence = "spanmetrics.sequence";

    /// <summary>Header, without content, of the last record of a step: a remote-write request ends here (E1).</summary>
    public const string LastOfStep = "spanmetrics.last";

    /// <summary>The headers of a record.</summary>
    public static IReadOnlyList<KeyValuePair<string, byte[]>> Make(ulong sequence, bool last)
    {
        byte[] number = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(number, sequence);
        KeyValuePair<string, byte[]> first = new(Sequence, number);
        return last ? [first, new(LastOfStep, [])] : [first];
    }

    /// <summary>Reads the headers of a record; null if it is not one of ours.</summary>
    public static ulong? Read(IReadOnlyList<KeyValuePair<string, byte[]>>? headers, out bool last)
    {
        last = false;
        ulong? sequence = null;
        foreach ((string name, byte[] value) in headers ?? [])
        {
            last |= name == LastOfStep;
            if (name == Sequence && value.Length == sizeof(ulong))
            {
                sequence = BinaryPrimitives.ReadUInt64BigEndian(value);
            }
        }

        return sequence;
    }
}
