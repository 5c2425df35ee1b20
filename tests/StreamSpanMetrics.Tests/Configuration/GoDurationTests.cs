using StreamSpanMetrics.Configuration;

namespace StreamSpanMetrics.Tests.Configuration;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("+5s", 5_000_000_000)]
    [InlineData("-1.5s", -1_500_000_000)]
    [InlineData("1ms", 1_000_000)]
    [InlineData("1.5s", 1_500_000_000)]
    [InlineData(".5s", 500_000_000)]
    [InlineData("1.s", 1_000_000_000)]
    [InlineData("1m30s", 90_000_000_000)]
    [InlineData("1h2m3s4ms5us6ns", 3_723_004_005_006)]
    [InlineData("100us", 100_000)]
    [InlineData("100\u00b5s", 100_000)]
    [InlineData("100\u03bcs", 100_000)]
    [InlineData("1.4s", 1_400_000_000)]
    [InlineData("0.3333333333333333333h", 1_199_999_999_999)]
    public void Durations_are_read_as_Go_reads_them(string text, long nanos)
    {
        Assert.True(GoDuration.TryParse(text, out long read));
        Assert.Equal(nanos, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("15")]
    [InlineData("s")]
    [InlineData(".s")]
    [InlineData("1x")]
    [InlineData("1 s")]
    [InlineData(" 1s")]
    [InlineData("1s ")]
    [InlineData("1S")]
    [InlineData("1.2.3s")]
    [InlineData("1d")]
    [InlineData("--1s")]
    [InlineData("3000000h")]
    [InlineData("99999999999999999999999999999999999999999999999999s")]
    public void Other_texts_are_no_durations(string text)
    {
        Assert.False(GoDuration.TryParse(text, out long _));
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1_400_000_000, "1s400ms")]
    [InlineData(90_000_000_000, "1m30s")]
    [InlineData(100_000, "100us")]
    [InlineData(3_600_000_000_000, "1h")]
    [InlineData(long.MaxValue, "2562047h47m16s854ms775us807ns")]
    public void A_written_duration_reads_back(long nanos, string text)
    {
        Assert.Equal(text, GoDuration.Format(nanos));
        Assert.True(GoDuration.TryParse(text, out long read));
        Assert.Equal(nanos, read);
    }
}
