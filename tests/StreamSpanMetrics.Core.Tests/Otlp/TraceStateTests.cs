using System.Text;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Otlp;

/// <summary>Thresholds in trace states, against the regular expressions of the Collector.</summary>
public sealed class TraceStateTests
{
    private static readonly string[] Parts =
    [
        "ot", "=", "th", ":", "c", "8", ";", ",", "rv:6e6d1a75832a2f", "ot=th:8", "ot=th:C", "a=b", " ", "\t", "t@s", "@", "0", "x-y*/_z",
        "ot=rv:12", "th:", "é", "\0", "A", "55555555555555", "00000000000000",
    ];

    [Theory]
    [InlineData("ot=th:8", 0x80000000000000)]
    [InlineData("ot=th:c", 0xC0000000000000)]
    [InlineData("ot=th:C,other=value", 0xC0000000000000)]
    [InlineData(" ot=th:8 \t, a=b ,", 0x80000000000000)]
    [InlineData("tenant@system=x,ot=p:8;th:0", 0)]
    [InlineData("ot=th:12345678901234;rv:6e6d1a75832a2f", 0x12345678901234)]
    [InlineData("ot=th:8;th:c", 0xC0000000000000)]
    [InlineData("ot=th:8,ot=th:c", 0xC0000000000000)]
    public void A_threshold_is_found(string text, long expected)
    {
        Assert.Equal((true, (ulong)expected), Read(text));
        Assert.Equal((ulong)expected, NaiveWeight.Threshold(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("invalid")]
    [InlineData("other=value")]
    [InlineData("ot=rv:6e6d1a75832a2f")]
    [InlineData("ot=th:")]
    [InlineData("ot=th:123456789012345")]
    [InlineData("ot=th:g")]
    [InlineData("ot=th:8;")]
    [InlineData("ot=;th:8")]
    [InlineData("ot=th:8;rv:12")]
    [InlineData("ot= th:8")]
    [InlineData("ot=TH:8")]
    [InlineData("OT=th:8")]
    [InlineData("ot=th:8,bad")]
    [InlineData("ot=th:8,1a=b")]
    [InlineData("ot=th:8,a@1=b")]
    [InlineData("ot=th:8,a=b=c")]
    [InlineData("ot=th:8,a=é")]
    [InlineData("ot=th:8,ot=rv:6e6d1a75832a2f")]
    public void Anything_wrong_anywhere_gives_none(string text)
    {
        Assert.False(Read(text).Found);
        Assert.Null(NaiveWeight.Threshold(text));
    }

    [Theory]
    [InlineData(1024, 31, 256, 241, 14, 250, true)]
    [InlineData(1025, 31, 256, 241, 14, 250, false)]
    [InlineData(1024, 32, 256, 241, 14, 250, false)]
    [InlineData(1024, 31, 257, 241, 14, 250, false)]
    [InlineData(1024, 31, 256, 242, 13, 250, false)]
    [InlineData(1024, 31, 256, 240, 15, 250, false)]
    [InlineData(1024, 31, 256, 241, 14, 251, false)]
    public void Lengths_and_numbers_have_limits(int bytes, int members, int key, int tenant, int system, int fieldBytes, bool found)
    {
        // The first member has a long key, the second a long key of two parts, the third a long value; then short ones up to the length.
        string text = $"{new string('k', key)}=v,{new string('t', tenant)}@{new string('s', system)}=v,ot=th:8;a:{new string('x', fieldBytes - 1)}";
        while (text.Split(',').Length < members)
        {
            text += ",";
            text += text.Split(',').Length < members ? "" : "z=v";
        }

        text = text.PadRight(bytes, ' ');
        Assert.Equal(bytes, text.Length);
        Assert.Equal(found, Read(text).Found);
        Assert.Equal(found, NaiveWeight.Threshold(text) is not null);
    }

    [Fact]
    public void Made_up_texts_are_read_as_the_regular_expressions_read_them()
    {
        Random random = Seeded.Random(11);
        int found = 0;
        for (int round = 0; round < 100_000; round++)
        {
            StringBuilder text = new(random.Next(3) > 0 ? "ot=th:8" : "");
            for (int parts = random.Next(6); parts > 0; parts--)
            {
                text.Insert(random.Next(text.Length + 1), Parts[random.Next(Parts.Length)]);
            }

            ulong? expected = NaiveWeight.Threshold(text.ToString());
            (bool isFound, ulong threshold) = Read(text.ToString());
            Assert.True(expected == (isFound ? threshold : null), $"'{text}': {(isFound ? threshold : null)} instead of {expected}");
            found += isFound ? 1 : 0;
        }

        Assert.InRange(found, 10_000, 90_000);
    }

    private static (bool Found, ulong Threshold) Read(string text)
    {
        bool found = TraceState.TryReadThreshold(Encoding.UTF8.GetBytes(text), out ulong threshold);
        return (found, threshold);
    }
}
