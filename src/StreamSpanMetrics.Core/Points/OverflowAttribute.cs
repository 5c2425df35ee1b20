using System.Text;

namespace StreamSpanMetrics.Core.Points;

/// <summary>The only attribute of points of an overflow series, as the connector writes it: <c>otel.metric.overflow</c>, true.</summary>
internal static class OverflowAttribute
{
    /// <summary>Its name.</summary>
    public const string Name = "otel.metric.overflow";

    private static readonly byte[] KeyValue = Encode();

    /// <summary>Writes it in the fields that the three kinds of points have for attributes.</summary>
    public static void WriteTo(ProtobufBuffer number, ProtobufBuffer histogram, ProtobufBuffer exponential)
    {
        number.WriteField(7, KeyValue);
        histogram.WriteField(9, KeyValue);
        exponential.WriteField(1, KeyValue);
    }

    private static byte[] Encode()
    {
        ProtobufBuffer value = new();
        value.WriteVarintField(2, 1);
        ProtobufBuffer keyValue = new();
        keyValue.WriteField(1, Encoding.UTF8.GetBytes(Name));
        keyValue.WriteField(2, value.Written);
        return keyValue.Written.ToArray();
    }
}
