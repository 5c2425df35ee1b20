using System.Buffers;
using System.Globalization;
using System.Text;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// Doubles as the Collector prints them (pdata/pcommon/value.go, which follows ECMAScript): the shortest digits that read back the
/// same; plain for 1e-6 &lt;= |x| &lt; 1e21, else with an exponent without padding.
/// </summary>
internal static class DoubleText
{
    private const int SmallestPlainExponent = -6;
    private const int SmallestPaddedExponent = 21;

    /// <summary>Appends <paramref name="value"/> as text. NaN and infinities have names.</summary>
    public static void Write(double value, IBufferWriter<byte> output)
    {
        string text = double.IsFinite(value) ? Finite(value) : double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
        Encoding.ASCII.GetBytes(text, output);
    }

    private static string Finite(double value)
    {
        // "E16" has more digits than needed; "R" has the shortest ones, in a form that is taken apart here.
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        bool negative = shortest[0] == '-';
        ReadOnlySpan<char> number = negative ? shortest.AsSpan(1) : shortest;
        int exponentAt = number.IndexOf('E');
        int exponent = exponentAt < 0 ? 0 : int.Parse(number[(exponentAt + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        ReadOnlySpan<char> mantissa = exponentAt < 0 ? number : number[..exponentAt];
        int point = mantissa.IndexOf('.');
        string all = point < 0 ? mantissa.ToString() : string.Concat(mantissa[..point], mantissa[(point + 1)..]);
        int pointAfter = (point < 0 ? mantissa.Length : point) + exponent;
        string digits = all.TrimStart('0');
        pointAfter -= all.Length - digits.Length;
        digits = digits.TrimEnd('0');
        string sign = negative ? "-" : "";
        return digits.Length == 0 ? sign + "0" : sign + Layout(digits, pointAfter);
    }

    /// <summary>Digits d1d2d3 with the decimal point behind the first <paramref name="pointAfter"/> of them.</summary>
    private static string Layout(string digits, int pointAfter)
    {
        int scientific = pointAfter - 1;
        if (scientific is < SmallestPlainExponent or >= SmallestPaddedExponent)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return string.Create(CultureInfo.InvariantCulture, $"{digits[0]}{fraction}e{(scientific < 0 ? "" : "+")}{scientific}");
        }

        if (pointAfter <= 0)
        {
            return "0." + new string('0', -pointAfter) + digits;
        }

        return pointAfter >= digits.Length
            ? digits + new string('0', pointAfter - digits.Length)
            : digits[..pointAfter] + "." + digits[pointAfter..];
    }
}
