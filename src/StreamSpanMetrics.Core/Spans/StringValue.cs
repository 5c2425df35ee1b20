using System.Globalization;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>Makes AnyValue bytes for values that come from no record.</summary>
internal static class StringValue
{
    /// <summary>An AnyValue message that holds <paramref name="text"/> as a string.</summary>
    public static byte[] Encode(string text) => new AnyValue { StringValue = text }.ToByteArray();

    /// <summary>An AnyValue message that holds what <paramref name="text"/>, a text of that kind, stands for.</summary>
    public static byte[] Encode(string text, TextKind kind) => kind switch
    {
        TextKind.Bool => new AnyValue { BoolValue = text == "true" }.ToByteArray(),
        TextKind.Int => new AnyValue { IntValue = long.Parse(text, CultureInfo.InvariantCulture) }.ToByteArray(),
        TextKind.Double => new AnyValue { DoubleValue = double.Parse(text, CultureInfo.InvariantCulture) }.ToByteArray(),
        _ => Encode(text),
    };
}
