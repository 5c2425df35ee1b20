using System.Buffers;
using System.Globalization;
using System.Text;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Otlp;

/// <summary>Doubles as text, beside a slow reference that tries every number of digits.</summary>
public sealed class DoubleTextTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(1, "1")]
    [InlineData(-1.5, "-1.5")]
    [InlineData(1e-6, "0.000001")]
    [InlineData(9.99e-7, "9.99e-7")]
    [InlineData(123456e-11, "0.00000123456")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(1.2345678901234567e20, "123456789012345670000")]
    [InlineData(999999999999999900000d, "999999999999999900000")]
    [InlineData(1e21, "1e+21")]
    [InlineData(-1.25e21, "-1.25e+21")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    [InlineData(100, "100")]
    [InlineData(9007199254740993, "9007199254740992")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Known_numbers(double value, string expected) => Assert.Equal(expected, Text(value));

    [Fact]
    public void Random_bit_patterns_follow_the_rules()
    {
        Random random = Seeded.Random(41);
        for (int round = 0; round < 20_000; round++)
        {
            AssertRules(BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)));
        }
    }

    [Fact]
    public void Numbers_of_everyday_size_follow_the_rules()
    {
        Random random = Seeded.Random(42);
        for (int round = 0; round < 20_000; round++)
        {
            double scale = Math.Pow(10, random.Next(-10, 25));
            AssertRules(Math.Round(random.NextDouble(), random.Next(16)) * scale);
            AssertRules(random.Next() / 1000.0);
        }
    }

    private static void AssertRules(double value)
    {
        if (!double.IsFinite(value))
        {
            return;
        }

        string text = Text(value);
        double read = double.Parse(text, CultureInfo.InvariantCulture);
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(read));
        Assert.Equal(Reference(value), text);
    }

    /// <summary>Number::toString of ECMAScript: fewest digits that read back the same, then the layout by the place of the point.</summary>
    private static string Reference(double value)
    {
        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0";
        }

        string scientific = "";
        for (int places = 0; places <= 16; places++)
        {
            scientific = Math.Abs(value).ToString("E" + places, CultureInfo.InvariantCulture);
            if (double.Parse(scientific, CultureInfo.InvariantCulture) == Math.Abs(value))
            {
                break;
            }
        }

        string[] parts = scientific.Split('E');
        string digits = parts[0].Replace(".", "", StringComparison.Ordinal);
        int point = int.Parse(parts[1], CultureInfo.InvariantCulture) + 1;
        string sign = value < 0 ? "-" : "";
        return sign + (point switch
        {
            > 21 or <= -6 =>
                digits[..1] + (digits.Length > 1 ? "." + digits[1..] : "") + "e" + (point > 0 ? "+" : "-") + Math.Abs(point - 1),
            <= 0 => "0." + new string('0', -point) + digits,
            _ when digits.Length <= point => digits.PadRight(point, '0'),
            _ => digits[..point] + "." + digits[point..],
        });
    }

    private static string Text(double value)
    {
        ArrayBufferWriter<byte> output = new();
        DoubleText.Write(value, output);
        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
