using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>The weight of a span as the Collector's pkg/sampling reads it: by regular expressions for the syntax, and with big numbers.</summary>
internal static partial class NaiveWeight
{
    /// <summary>The threshold of a <c>tracestate</c>; null if it has none.</summary>
    public static ulong? Threshold(string text)
    {
        string[] members = text.EndsWith(',') ? text[..^1].Split(',') : text.Split(',');
        if (text.Length > 1024 || members.Length > 31 || !members.All(member => Member().IsMatch(member)))
        {
            return null;
        }

        ulong? threshold = null;
        foreach (string member in members.Select(member => member.Trim(' ', '\t')).Where(member => member.Length > 0))
        {
            string[] parts = member.Split('=');
            string[] key = parts[0].Split('@');
            if (parts[0].Length > 256 || (key.Length == 2 && (key[0].Length > 241 || key[1].Length > 14)))
            {
                return null;
            }

            if (parts[0] != "ot")
            {
                continue;
            }

            threshold = null;
            if (parts[1].Length > 256 || !Fields().IsMatch(parts[1]))
            {
                return null;
            }

            foreach (string[] field in parts[1].Split(';').Select(field => field.Split(':')))
            {
                bool isHex = Hex().IsMatch(field[1]);
                if ((field[0] == "rv" && (!isHex || field[1].Length != 14)) || (field[0] == "th" && !isHex))
                {
                    return null;
                }

                if (field[0] == "th")
                {
                    threshold = ulong.Parse(field[1].PadRight(14, '0'), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                }
            }
        }

        return threshold;
    }

    /// <summary>The weight of a span.</summary>
    public static ulong Of(Span span)
    {
        if (Threshold(span.TraceState) is not ulong threshold)
        {
            return 1;
        }

        byte[] hashed =
        [
            .. span.TraceId.Length == 0 ? new byte[16] : span.TraceId.ToByteArray(),
            .. span.SpanId.Length == 0 ? new byte[8] : span.SpanId.ToByteArray(),
            .. BitConverter.GetBytes(span.StartTimeUnixNano),
            .. BitConverter.GetBytes(span.EndTimeUnixNano),
        ];
        BigInteger divisor = BigInteger.Pow(2, 56) - threshold;
        BigInteger weight = BigInteger.DivRem(BigInteger.Pow(2, 56), divisor, out BigInteger rest);
        weight += ByteHash.Of(hashed) * divisor / BigInteger.Pow(2, 64) < rest ? 1 : 0;
        return (ulong)BigInteger.Min(weight, SpanWeights.Max);
    }

    // \z instead of $, which also matches before a last line feed.
    [GeneratedRegex(
        @"^[ \t]*(([a-z][a-z0-9_\-*/]*|[a-z0-9][a-z0-9_\-*/]*@[a-z][a-z0-9_\-*/]*)="
        + @"[\x20-\x2B\x2D-\x3C\x3E-\x7E]{0,255}[\x21-\x2B\x2D-\x3C\x3E-\x7E])?[ \t]*\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Member();

    [GeneratedRegex(@"^[a-z][a-z0-9]*:[a-zA-Z0-9._\-]*(;[a-z][a-z0-9]*:[a-zA-Z0-9._\-]*)*\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Fields();

    [GeneratedRegex(@"^[0-9a-fA-F]{1,14}\z")]
    private static partial Regex Hex();
}
