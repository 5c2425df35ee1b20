using System.Globalization;
using System.Text;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Series;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Series;

/// <summary>The table beside a dictionary.</summary>
public sealed class SeriesTableTests
{
    [Theory]
    [InlineData(61, ulong.MaxValue)]
    [InlineData(62, 0xFFUL)]
    [InlineData(63, 0x7UL << 32)]
    [InlineData(64, 0x3UL << 60)]
    public void Random_keys_are_numbered_as_in_a_dictionary_however_poor_the_hash(int seed, ulong hashMask)
    {
        Random random = Seeded.Random(seed);
        int different = hashMask == ulong.MaxValue ? 60_000 : 3_000;
        SeriesTable table = new();
        Dictionary<string, int> numbers = [];
        for (int round = 0; round < different * 2; round++)
        {
            string key = Key(random.Next(different));
            byte[] raw = Encoding.UTF8.GetBytes(key);
            ulong hash = ByteHash.Of(raw) & hashMask;
            int found = table.Find(raw, hash);
            Assert.Equal(numbers.GetValueOrDefault(key, -1), found);
            int candidate = table.Candidate(hash, out _);
            Assert.True(found < 0 || candidate >= 0, "a known hash without a candidate");
            table.Prefetch(hash);
            if (found < 0)
            {
                numbers.Add(key, table.Add(raw, hash, Encoding.UTF8.GetBytes("rendered " + key), round));
                Assert.Equal(numbers.Count - 1, numbers[key]);
            }
        }

        AssertHolds(table, numbers, hashMask);
    }

    [Fact]
    public void Different_keys_of_one_hash_are_told_apart()
    {
        SeriesTable table = new();
        Assert.Equal(0, table.Add("first"u8, 7, "a"u8, 3));
        Assert.Equal(-1, table.Find("second"u8, 7));
        Assert.Equal(0, table.Candidate(7, out int first));
        Assert.True(table.Confirms(first, "first"u8));
        Assert.False(table.Confirms(first, "fir"u8));
        Assert.False(table.Confirms(first, "first and more"u8));
        Assert.False(table.Confirms(first, "second"u8));
        Assert.Equal(1, table.Add("second"u8, 7, "b"u8, 4));
        Assert.Equal(0, table.Candidate(7, out _));
        Assert.Equal((0, 1), (table.Find("first"u8, 7), table.Find("second"u8, 7)));
        Assert.Equal("b"u8, table.RenderedKey(1));
        Assert.Equal((3, 4), (table.GroupIndex(0), table.GroupIndex(1)));
    }

    [Fact]
    public void A_cleared_table_starts_anew()
    {
        SeriesTable table = new();
        for (int index = 0; index < 5_000; index++)
        {
            byte[] raw = Encoding.UTF8.GetBytes(Key(index));
            table.Add(raw, ByteHash.Of(raw), raw, index);
        }

        Assert.True(table.KeyBytes > 5_000 * 10);
        table.Clear();
        Assert.Equal((0, 0), (table.Count, table.KeyBytes));
        byte[] known = Encoding.UTF8.GetBytes(Key(17));
        Assert.Equal(-1, table.Find(known, ByteHash.Of(known)));
        Assert.Equal(-1, table.Candidate(ByteHash.Of(known), out _));
        Assert.Equal(0, table.Add(known, ByteHash.Of(known), "again"u8, 2));
        Assert.Equal(0, table.Find(known, ByteHash.Of(known)));
    }

    [Fact]
    public void A_key_larger_than_the_arena_fits()
    {
        SeriesTable table = new();
        byte[] large = new byte[1_000_000];
        large[^1] = 1;
        Assert.Equal(0, table.Add(large, 1, [], 0));
        Assert.Equal(1, table.Add("small"u8, 2, large, 0));
        Assert.Equal(0, table.Find(large, 1));
        Assert.True(table.RenderedKey(1).SequenceEqual(large));
    }

    private static string Key(int index) => string.Create(CultureInfo.InvariantCulture, $"key {index:D7}{new string('x', index % 60)}");

    private static void AssertHolds(SeriesTable table, Dictionary<string, int> numbers, ulong hashMask)
    {
        Assert.Equal(numbers.Count, table.Count);
        int bytes = 0;
        foreach ((string key, int number) in numbers)
        {
            byte[] raw = Encoding.UTF8.GetBytes(key);
            Assert.Equal(number, table.Find(raw, ByteHash.Of(raw) & hashMask));
            Assert.Equal("rendered " + key, Encoding.UTF8.GetString(table.RenderedKey(number)));
            bytes += sizeof(int) + raw.Length + table.RenderedKey(number).Length;
        }

        Assert.Equal(bytes, table.KeyBytes);
    }
}
