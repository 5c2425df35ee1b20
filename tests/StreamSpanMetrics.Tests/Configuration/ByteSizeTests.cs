using StreamSpanMetrics.Configuration;

namespace StreamSpanMetrics.Tests.Configuration;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1000", 1000)]
    [InlineData("8MiB", 8_388_608)]
    [InlineData("8 mib", 8_388_608)]
    [InlineData("64KiB", 65_536)]
    [InlineData("1GiB", 1_073_741_824)]
    public void Sizes_are_read_with_binary_units(string text, long bytes)
    {
        Assert.True(ByteSize.TryParse(text, out long read));
        Assert.Equal(bytes, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("8MB")]
    [InlineData("1.5MiB")]
    [InlineData("9999999999999GiB")]
    public void Other_texts_are_no_sizes(string text)
    {
        Assert.False(ByteSize.TryParse(text, out long _));
    }

    [Theory]
    [InlineData(8_388_608, "8MiB")]
    [InlineData(3_000_000, "3000000")]
    [InlineData(1024, "1KiB")]
    [InlineData(0, "0")]
    public void A_size_is_written_with_its_largest_even_unit(long bytes, string text)
    {
        Assert.Equal(text, ByteSize.Format(bytes));
    }
}
