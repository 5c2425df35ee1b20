using System.Globalization;
using System.Text;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Doubles as text, always the shortest digits that give the same double again. .NET finds the digits; where the point and the
/// exponent stand differs from its own rules.
/// </summary>
public static class NumberText
{
    // Shortest digits of a double: 17, and the sign, the point and the exponent around them.
    private const int LongestRoundTrip = 32;

    /// <summary>Text of a bucket bound, the label <c>le</c>: plain decimal, never an exponent; <c>+Inf</c> above all.</summary>
    public static string Bound(double value)
    {
        if (!double.IsFinite(value))
        {
            return NonFinite(value, "+Inf", "-Inf");
        }

        return Layout(value, lowest: int.MinValue, highest: int.MaxValue);
    }

    /// <summary>Text of a sample in the exposition format: as <see cref="Attribute"/>, with <c>+Inf</c> and <c>-Inf</c>.</summary>
    public static string Sample(double value) =>
        double.IsFinite(value) ? Attribute(value) : NonFinite(value, "+Inf", "-Inf");

    /// <summary>
    /// Text of a double as an attribute value: the layout of ECMAScript's Number to string, which the Collector uses
    /// (pdata/pcommon/value.go): an exponent only below 1e-6 and from 1e21 on.
    /// </summary>
    public static string Attribute(double value)
    {
        if (!double.IsFinite(value))
        {
            return NonFinite(value, "Infinity", "-Infinity");
        }

        return Layout(value, lowest: -6, highest: 21);
    }

    private static string NonFinite(double value, string positive, string negative)
    {
        if (double.IsNaN(value))
        {
            return "NaN";
        }

        return value > 0 ? positive : negative;
    }

    // Digits d1 d2 ... dk with the point after the first `point` of them; plain if lowest < point <= highest.
    private static string Layout(double value, int lowest, int highest)
    {
        Span<char> digits = stackalloc char[LongestRoundTrip];
        int count = Digits(value, digits, out int point);
        digits = digits[..count];
        StringBuilder text = new();
        text.Append(double.IsNegative(value) ? "-" : "");
        if (count == 0)
        {
            return text.Append('0').ToString();
        }

        if (point <= lowest || point > highest)
        {
            text.Append(digits[0]);
            if (count > 1)
            {
                text.Append('.').Append(digits[1..]);
            }

            text.Append('e').Append(point > 0 ? "+" : "");
            return text.Append(CultureInfo.InvariantCulture, $"{point - 1}").ToString();
        }

        if (point <= 0)
        {
            return text.Append("0.").Append('0', -point).Append(digits).ToString();
        }

        if (point >= count)
        {
            return text.Append(digits).Append('0', point - count).ToString();
        }

        return text.Append(digits[..point]).Append('.').Append(digits[point..]).ToString();
    }

    // The shortest digits without leading and trailing zeros, and the place of the point counted from their start.
    private static int Digits(double value, Span<char> digits, out int point)
    {
        Span<char> text = stackalloc char[LongestRoundTrip];
        Math.Abs(value).TryFormat(text, out int length, default, CultureInfo.InvariantCulture);
        text = text[..length];
        int exponent = 0;
        int mark = text.IndexOf('E');
        if (mark >= 0)
        {
            exponent = int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..mark];
        }

        int dot = text.IndexOf('.');
        int count = 0;
        point = (dot < 0 ? text.Length : dot) + exponent;
        foreach (char letter in text)
        {
            if (letter == '0' && count == 0)
            {
                point--;
            }
            else if (letter != '.')
            {
                digits[count++] = letter;
            }
        }

        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
        }

        return count;
    }
}
