using System.Text;

namespace StreamSpanMetrics.Core.Points;

/// <summary>What is the same in all points, encoded once.</summary>
internal static class EncodedFields
{
    /// <summary>Histogram bounds in the published unit, as a packed field has them.</summary>
    public static byte[] Bounds(IReadOnlyList<long> boundsNanos, ulong nanosPerUnit)
    {
        ProtobufBuffer encoded = new();
        foreach (long bound in boundsNanos)
        {
            encoded.WriteFixed64(BitConverter.DoubleToUInt64Bits((double)bound / nanosPerUnit));
        }

        return encoded.Written.ToArray();
    }

    /// <summary>Attribute names, each as the field of a KeyValue.</summary>
    public static byte[][] Names(ReadOnlySpan<string> names)
    {
        byte[][] fields = new byte[names.Length][];
        for (int i = 0; i < fields.Length; i++)
        {
            ProtobufBuffer field = new();
            field.WriteField(1, Encoding.UTF8.GetBytes(names[i]));
            fields[i] = field.Written.ToArray();
        }

        return fields;
    }
}
