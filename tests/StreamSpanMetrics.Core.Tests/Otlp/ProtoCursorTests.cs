using Google.Protobuf;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Otlp;

/// <summary>The short cut over usual fields against its twin without.</summary>
public sealed class ProtoCursorTests
{
    private static readonly MessageShape[] Shapes =
    [
        MessageShape.Request, MessageShape.ResourceSpans, MessageShape.Resource, MessageShape.ScopeSpans, MessageShape.Span,
        MessageShape.Status, MessageShape.Event, MessageShape.KeyValue, MessageShape.AnyValue, MessageShape.List,
    ];

    [Fact]
    public void Every_length_of_up_to_four_bytes_reads_the_same_on_both_ways()
    {
        byte[] message = new byte[300];
        message[0] = OtlpTags.RequestResourceSpans;
        foreach (byte second in (byte[])[0x00, 0x01, 0x02, 0x7F, 0x80, 0x81, 0xFF])
        {
            foreach (byte third in (byte[])[0x00, 0x01, 0x7F, 0x80, 0x81, 0xFF])
            {
                for (int first = 0; first <= byte.MaxValue; first++)
                {
                    (message[1], message[2], message[3]) = ((byte)first, second, third);
                    AssertWaysAgree(message, MessageShape.Request);
                    AssertWaysAgree(message[..(first % 6)], MessageShape.Request);
                }
            }
        }
    }

    [Fact]
    public void A_long_field_reads_the_same_on_both_ways()
    {
        foreach (int length in (int[])[127, 128, 129, 16_383, 16_384, 16_385, 2_097_151, 2_097_152])
        {
            using MemoryStream stream = new();
            using (CodedOutputStream output = new(stream, leaveOpen: true))
            {
                output.WriteRawTag(OtlpTags.RequestResourceSpans);
                output.WriteBytes(ByteString.CopyFrom(new byte[length]));
            }

            byte[] message = stream.ToArray();
            Assert.Equal(1, AssertWaysAgree(message, MessageShape.Request));
            Assert.Equal(0, AssertWaysAgree(message[..^1], MessageShape.Request));
        }
    }

    [Fact]
    public void A_damaged_message_reads_the_same_on_both_ways()
    {
        Random random = Seeded.Random(24);
        RequestGenerator generator = new(random);
        for (int round = 0; round < 5_000; round++)
        {
            byte[] message = generator.Span().ToByteArray();
            for (int damage = random.Next(4); damage > 0 && message.Length > 0; damage--)
            {
                message[random.Next(Math.Min(message.Length, 200))] = (byte)random.Next(256);
            }

            foreach (MessageShape shape in Shapes)
            {
                AssertWaysAgree(message, shape);
            }
        }
    }

    /// <summary>Number of fields that both ways find.</summary>
    private static int AssertWaysAgree(byte[] message, MessageShape shape)
    {
        ProtoCursor usual = new(message, new ValueSlice(0, message.Length), shape);
        ProtoCursor twin = new(message, new ValueSlice(0, message.Length), shape);
        int fields = 0;
        while (twin.MoveNextOfAnyForm())
        {
            fields++;
            Assert.True(usual.MoveNext());
            Assert.Equal(
                (twin.Tag, twin.Content, twin.Number, twin.Position), (usual.Tag, usual.Content, usual.Number, usual.Position));
        }

        Assert.False(usual.MoveNext());
        Assert.Equal(twin.Problem, usual.Problem);
        return fields;
    }
}
