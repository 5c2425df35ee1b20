using System.Buffers;
using System.Globalization;
using System.Text;

namespace StreamSpanMetrics.Configuration;

/// <summary>Durations as Go writes them, such as <c>1.5s</c> or <c>1m30s</c> (golang/go time.ParseDuration).</summary>
internal static class GoDuration
{
    private static readonly SearchValues<char> NumberLetters = SearchValues.Create("0123456789.");

    private static readonly (string Unit, long Nanos)[] Units =
    [
        ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1),
    ];

    /// <summary>
    /// Reads a duration; false if <paramref name="text"/> is none, or beyond 292 years. Fractions of a nanosecond are cut off.
    /// </summary>
    public static bool TryParse(string text, out long nanos)
    {
        nanos = 0;
        ReadOnlySpan<char> rest = text;
        bool negative = rest is ['-', ..];
        if (rest is ['-' or '+', ..])
        {
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return true;
        }

        decimal total = 0;
        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            if (!TryTakePart(ref rest, out decimal part))
            {
                return false;
            }

            total += part;
            if (total > long.MaxValue)
            {
                return false;
            }
        }

        nanos = negative ? -(long)total : (long)total;
        return true;
    }

    /// <summary>The shortest text that reads back as <paramref name="nanos"/>, which is not negative.</summary>
    public static string Format(long nanos)
    {
        if (nanos == 0)
        {
            return "0s";
        }

        StringBuilder text = new();
        foreach ((string unit, long unitNanos) in Units)
        {
            long count = nanos / unitNanos;
            nanos %= unitNanos;
            if (count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
            }
        }

        return text.ToString();
    }

    /// <summary>The text of <paramref name="value"/>, which is not negative.</summary>
    public static string Format(TimeSpan value) => Format(value.Ticks * TimeSpan.NanosecondsPerTick);

    private static bool TryTakePart(ref ReadOnlySpan<char> rest, out decimal nanos)
    {
        nanos = 0;
        int numberLength = rest.IndexOfAnyExcept(NumberLetters);

        // Longer numbers than any duration has are refused before they cost anything.
        if (numberLength is <= 0 or > 40)
        {
            return false;
        }

        ReadOnlySpan<char> number = rest[..numberLength];
        rest = rest[numberLength..];
        int unitLength = rest.IndexOfAny(NumberLetters);
        ReadOnlySpan<char> unit = unitLength < 0 ? rest : rest[..unitLength];
        rest = rest[unit.Length..];
        if (number is "." || !decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count))
        {
            return false;
        }

        long unitNanos = UnitNanos(unit);
        if (unitNanos == 0 || count > long.MaxValue / unitNanos)
        {
            return false;
        }

        nanos = decimal.Truncate(count * unitNanos);
        return true;
    }

    private static long UnitNanos(ReadOnlySpan<char> text)
    {
        // Go takes both characters that look like a micro: the micro sign and the Greek letter.
        if (text is "\u00b5s" or "\u03bcs")
        {
            return 1_000;
        }

        foreach ((string unit, long nanos) in Units)
        {
            if (text.SequenceEqual(unit))
            {
                return nanos;
            }
        }

        return 0;
    }
}
