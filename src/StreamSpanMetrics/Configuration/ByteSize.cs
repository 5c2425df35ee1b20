using System.Globalization;

namespace StreamSpanMetrics.Configuration;

/// <summary>Numbers of bytes with a binary unit (IEC 80000-13), such as <c>8MiB</c>.</summary>
internal static class ByteSize
{
    private static readonly (string Unit, long Bytes)[] Units = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30)];

    /// <summary>Reads a plain number or one with a unit; false if it is neither, or is absurdly large.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        long factor = 1;
        ReadOnlySpan<char> number = text;
        foreach ((string unit, long unitBytes) in Units)
        {
            if (number.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                number = number[..^unit.Length].TrimEnd();
                factor = unitBytes;
                break;
            }
        }

        bool isNumber = long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out bytes);
        if (!isNumber || Math.Abs((decimal)bytes * factor) > long.MaxValue)
        {
            return false;
        }

        bytes *= factor;
        return true;
    }

    /// <summary>The largest unit that divides <paramref name="bytes"/> evenly.</summary>
    public static string Format(long bytes)
    {
        for (int index = Units.Length - 1; index >= 0; index--)
        {
            if (bytes > 0 && bytes % Units[index].Bytes == 0)
            {
                return FormattableString.Invariant($"{bytes / Units[index].Bytes}{Units[index].Unit}");
            }
        }

        return bytes.ToString(CultureInfo.InvariantCulture);
    }
}
