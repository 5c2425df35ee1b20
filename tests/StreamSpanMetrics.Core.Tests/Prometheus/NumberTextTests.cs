using System.Globalization;
using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(1.0, "1")]
    [InlineData(0.5, "0.5")]
    [InlineData(2.5, "2.5")]
    [InlineData(1000.0, "1000")]
    [InlineData(15000.0, "15000")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.0000005, "0.0000005")]
    [InlineData(1e21, "1000000000000000000000")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(1.25e-7, "0.000000125")]
    [InlineData(0.0, "0")]
    [InlineData(-2.0, "-2")]
    [InlineData(double.PositiveInfinity, "+Inf")]
    [InlineData(double.NegativeInfinity, "-Inf")]
    public void Bounds_never_have_an_exponent(double value, string expected) => Assert.Equal(expected, NumberText.Bound(value));

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(0.3333333333333333, "0.3333333333333333")]
    [InlineData(1.5e300, "1.5e+300")]
    [InlineData(123456789.5, "123456789.5")]
    [InlineData(16777216.0, "16777216")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(1e-6, "0.000001")]
    [InlineData(1e-7, "1e-7")]
    [InlineData(1.25e-7, "1.25e-7")]
    [InlineData(-0.0, "-0")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void Attribute_doubles_look_as_in_ecmascript(double value, string expected) =>
        Assert.Equal(expected, NumberText.Attribute(value));

    [Fact]
    public void Samples_have_the_infinities_of_the_exposition_format()
    {
        Assert.Equal("+Inf", NumberText.Sample(double.PositiveInfinity));
        Assert.Equal("-Inf", NumberText.Sample(double.NegativeInfinity));
        Assert.Equal("262.5", NumberText.Sample(262.5));
    }

    [Fact]
    public void Any_finite_double_comes_back_from_its_text()
    {
        Random random = new(20261124);
        for (int round = 0; round < 2000; round++)
        {
            double value = BitConverter.Int64BitsToDouble(random.NextInt64());
            if (double.IsFinite(value))
            {
                string bound = NumberText.Bound(value);
                Assert.DoesNotContain('e', bound);
                Assert.Equal(value, double.Parse(bound, NumberStyles.Float, CultureInfo.InvariantCulture));
                Assert.Equal(value, double.Parse(NumberText.Attribute(value), NumberStyles.Float, CultureInfo.InvariantCulture));
            }
        }
    }
}
