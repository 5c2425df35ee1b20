using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>Makes AnyValue bytes for values that come from no record.</summary>
internal static class StringValue
{
    /// <summary>An AnyValue message that holds <paramref name="text"/> as a string.</summary>
    public static byte[] Encode(string text) => new AnyValue { StringValue = text }.ToByteArray();
}
