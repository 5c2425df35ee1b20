using System.Text;
using Google.Protobuf;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Otlp;

/// <summary>The fast path against its slow twin.</summary>
public sealed class SpanReaderTests
{
    private static readonly string[] Selected = RequestGenerator.AttributeNames;

    [Fact]
    public void Everyday_spans_take_the_fast_path()
    {
        int fast = 0;
        int all = 0;
        foreach (string file in RequestFixtures.RecordFiles)
        {
            foreach (byte[] span in RequestFixtures.Requests(file).SelectMany(Spans))
            {
                all++;
                fast += AssertTwinsAgree(span) ? 1 : 0;
            }
        }

        Assert.True(all > 1_000, $"only {all} spans");
        Assert.True(fast > all * 0.97, $"only {fast} of {all} spans took the fast path");
    }

    [Fact]
    public void A_generated_span_reads_the_same_on_both_paths()
    {
        RequestGenerator generator = new(Seeded.Random(21));
        int fast = 0;
        for (int round = 0; round < 2_000; round++)
        {
            fast += AssertTwinsAgree(generator.Span().ToByteArray()) ? 1 : 0;
        }

        Assert.InRange(fast, 200, 1_900);
    }

    [Fact]
    public void A_damaged_span_reads_the_same_on_both_paths()
    {
        Random random = Seeded.Random(22);
        RequestGenerator generator = new(random);
        int fast = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] span = round % 2 == 0 ? generator.Span().ToByteArray() : SmallSpan();
            span[random.Next(span.Length)] ^= (byte)(1 << random.Next(8));
            span[random.Next(span.Length)] = (byte)random.Next(256);
            fast += AssertTwinsAgree(random.Next(4) == 0 ? span[..random.Next(span.Length)] : span) ? 1 : 0;
        }

        Assert.InRange(fast, 2_000, 18_000);
    }

    [Fact]
    public void Every_pair_of_bytes_reads_the_same_on_both_paths()
    {
        for (int pair = 0; pair < 1 << 16; pair++)
        {
            AssertTwinsAgree([(byte)pair, (byte)(pair >> 8)]);
            AssertTwinsAgree([0x4A, 5, (byte)pair, (byte)(pair >> 8), 0x6B, 0x12, 0x00]);
        }
    }

    [Fact]
    public void A_damaged_usual_span_reads_the_same_on_both_paths()
    {
        byte[][] fields =
        [
            [0x0A, 16, .. new byte[16]], [0x12, 8, .. new byte[8]], [0x22, 8, .. new byte[8]], [0x2A, 1, (byte)'n'],
            [0x30, 2], [0x39, 1, 2, 3, 4, 5, 6, 7, 8], [0x41, 2, 2, 3, 4, 5, 6, 7, 8],
        ];
        byte[] ascending = [.. fields.SelectMany(field => field), .. Attributes(valueFirst: false)];
        byte[] descending = [.. Attributes(valueFirst: true), .. fields.Reverse().SelectMany(field => field)];
        foreach (byte[] usual in (byte[][])[ascending, descending])
        {
            Assert.True(AssertTwinsAgree(usual));
            for (int place = 0; place < usual.Length; place++)
            {
                AssertTwinsAgree(usual[..place]);
                byte[] damaged = [.. usual];
                for (int value = 0; value <= byte.MaxValue; value++)
                {
                    damaged[place] = (byte)value;
                    AssertTwinsAgree(damaged);
                }
            }
        }
    }

    /// <summary>With names of none to six bytes, of which some are selected, and values of every kind of length.</summary>
    private static IEnumerable<byte> Attributes(bool valueFirst)
    {
        foreach (string name in (string[])["", "k", "K", "ab", "abc", "abcd", "größe", "custom", "Custom"])
        {
            byte[] key = [0x0A, .. Prefixed(Encoding.UTF8.GetBytes(name))];
            byte[] value = [0x12, .. Prefixed([0x0A, .. Prefixed(new byte[name.Length])])];
            byte[] attribute = valueFirst ? [0x4A, .. Prefixed([.. value, .. key])] : [0x4A, .. Prefixed([.. key, .. value])];
            foreach (byte next in attribute)
            {
                yield return next;
            }
        }
    }

    private static byte[] Prefixed(byte[] bytes) => [(byte)bytes.Length, .. bytes];

    private static byte[] SmallSpan() =>
    [
        0x2A, 1, (byte)'n', 0x30, 2, 0x39, 1, 2, 3, 4, 5, 6, 7, 8, 0x4A, 8, 0x0A, 1, (byte)'k', 0x12, 3, 0x0A, 1, (byte)'v',
        0x4A, 7, 0x12, 2, 0x18, 5, 0x0A, 1, (byte)'k', 0x7A, 2, 0x18, 2, 0x85, 1, 1, 0, 0, 0,
    ];

    /// <summary>Whether the fast reader took it; then the slow one has to find the same.</summary>
    private static bool AssertTwinsAgree(byte[] span)
    {
        byte[] record = [0xEE, .. span, 0xEE, 0xEE, 0xEE];
        ValueSlice region = new(1, span.Length);
        AttributeSelector selector = new(Selected);
        SpanView fast = new(selector) { WantsEvents = true };
        fast.Reset();
        if (!SpanReader.TryRead(record, region, fast))
        {
            return false;
        }

        SpanView slow = new(selector) { WantsEvents = true };
        slow.Reset();
        Assert.Equal(DecodeProblem.None, SlowSpanReader.Read(record, region, slow));
        Assert.Equal((Place(slow.Name), slow.Kind, slow.StatusCode), (Place(fast.Name), fast.Kind, fast.StatusCode));
        Assert.Equal((slow.StartNanos, slow.EndNanos, slow.EventCount), (fast.StartNanos, fast.EndNanos, fast.EventCount));
        Assert.Equal(slow.Values.Select(Place), fast.Values.Select(Place));
        for (int index = 0; index < slow.EventCount; index++)
        {
            Assert.Equal(slow.Event(index), fast.Event(index));
        }

        return true;
    }

    /// <summary>Where an empty region is does not matter.</summary>
    private static ValueSlice Place(ValueSlice region) => region.Length == 0 ? default : region;

    private static IEnumerable<byte[]> Spans(byte[] request) =>
        from resource in WireField.Parse(request)
        from scope in WireField.Parse(resource.Content)
        where scope.Number == 2
        from span in WireField.Parse(scope.Content)
        where span.Number == 2
        select span.Content;
}
