using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>Series keys: reading, normalising, truncation.</summary>
public sealed class SeriesKeyCodecTests
{
    [Fact]
    public void Keys_that_differ_in_kinds_only_become_the_same_bytes()
    {
        (byte[] text, byte[] textKinds) = Normalised(BlockBuilder.Spans("op", "200", ValueKind.String));
        (byte[] whole, byte[] wholeKinds) = Normalised(BlockBuilder.Spans("op", "200", ValueKind.Int));
        Assert.Equal(text, whole);
        Assert.Equal([1, 1], textKinds);
        Assert.Equal([1, 3], wholeKinds);
    }

    [Fact]
    public void A_normalised_key_and_its_kinds_give_the_key_back()
    {
        byte[] column = BlockBuilder.Key(BlockBuilder.Spans(new string('x', 300), "true", ValueKind.Bool));
        int position = 0;
        Assert.True(SeriesKeyCodec.TryReadKey(column, ref position, out ReadOnlySpan<byte> key));
        byte[] normalised = new byte[key.Length];
        byte[] kinds = new byte[2];
        Assert.True(SeriesKeyCodec.TryNormalise(key, normalised, kinds, out int length));
        byte[] written = new byte[key.Length];
        Assert.Equal(key.Length, SeriesKeyCodec.WriteKey(written, normalised.AsSpan(0, length), kinds));
        Assert.Equal(key.ToArray(), written);
    }

    [Fact]
    public void Every_truncated_key_is_refused()
    {
        byte[] column = BlockBuilder.Key(BlockBuilder.Spans("operation", "200"));
        int position = 0;
        SeriesKeyCodec.TryReadKey(column, ref position, out ReadOnlySpan<byte> key);
        for (int length = 1; length < key.Length; length++)
        {
            Assert.False(SeriesKeyCodec.TryNormalise(key[..length], new byte[100], new byte[2], out _));
            int start = 0;
            Assert.False(SeriesKeyCodec.TryReadKey(column.AsSpan(0, length), ref start, out _));
            Assert.Equal(0, start);
        }
    }

    private static (byte[] Key, byte[] Kinds) Normalised(TestSeries series)
    {
        int position = 0;
        SeriesKeyCodec.TryReadKey(BlockBuilder.Key(series), ref position, out ReadOnlySpan<byte> key);
        byte[] normalised = new byte[key.Length];
        byte[] kinds = new byte[2];
        Assert.True(SeriesKeyCodec.TryNormalise(key, normalised, kinds, out int length));
        return (normalised[..length], kinds);
    }
}
