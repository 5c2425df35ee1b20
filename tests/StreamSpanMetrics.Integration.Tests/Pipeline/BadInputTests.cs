using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

public sealed class BadInputTests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const int MaxRecordBytes = 16 * 1024;

    private static readonly byte[] Key = "a key"u8.ToArray();

    [Fact]
    public async Task Bad_records_become_dead_letters_and_the_flow_goes_on()
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, partitions: 1);
        SpanMaker maker = new(8);
        byte[] good = maker.Request("good", "test", 3);
        (string Reason, byte[] Value)[] bad =
        [
            ("", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            ("", good[..^5]),
            ("RecordTooLarge", maker.Request("large", "test", 500)),
            ("", "{\"resourceSpans\":[]}"u8.ToArray()),
        ];
        byte[][] counted = [good, EndBeforeStart(maker), maker.Request(null, null, 2), [], .. bad.Select(_ => maker.Next(2)), good];
        byte[] broken = maker.Request("good", "test", 1, "bro~ken");
        byte[][] values = [.. counted[..4], .. bad.Select(one => one.Value).Zip(counted[4..^1]).SelectMany(pair => new[] { pair.First, pair.Second }),
            [.. broken.Select(one => one == '~' ? (byte)0xFF : one)], counted[^1]];
        Produce(servers, topic, values);

        await using StreamApplication application =
            new(servers, topic) { RemoteWriteAddress = server.RemoteWriteAddress, Stream = $"max_record_bytes: {MaxRecordBytes}" };
        application.StartWorker();
        byte[] mended = maker.Request("good", "test", 1, "bro\uFFFDken");
        SpanTruth truth = SpanTruth.Of([.. counted, WithDurationOf(broken, mended)]);
        Assert.Contains(truth.Calls, series => series.Key.ServiceName == "unknown_service" && series.Value > 0);
        await new PrometheusTotals(server, application).BecomeAsync(truth);

        IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> letters = TopicReader.ReadAll(servers, application.DeadLetterTopic);
        Assert.Equal(bad.Length, letters.Count);
        foreach ((ConsumeResult<byte[]?, byte[]?> letter, (string reason, byte[] value)) in letters.Zip(bad))
        {
            IsLetter(letter, topic, reason, value, Array.IndexOf(values, value));
        }
    }

    private static void IsLetter(ConsumeResult<byte[]?, byte[]?> letter, string topic, string reason, byte[] value, int offset)
    {
        Assert.Equal(Key, letter.Message.Key);
        Assert.Equal(value, letter.Message.Value);
        Assert.Equal(topic, Header(letter, "topic"));
        Assert.Equal("0", Header(letter, "partition"));
        Assert.Equal(offset.ToString(CultureInfo.InvariantCulture), Header(letter, "offset"));
        Assert.NotEmpty(Header(letter, "exception.message"));
        Assert.NotEmpty(Header(letter, "exception.class.name"));
        if (reason.Length > 0)
        {
            Assert.Equal(reason, Header(letter, "exception.class.name"));
        }
    }

    private static string Header(ConsumeResult<byte[]?, byte[]?> letter, string name) =>
        Encoding.UTF8.GetString(letter.Message.Headers.GetLastBytes("__connect.errors." + name));

    private static void Produce(string servers, string topic, byte[][] values)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        RecordProducer.Produce(servers, topic, values.Select(value => new CapturedRecord(0, 0, now, Key, value)));
    }

    private static byte[] EndBeforeStart(SpanMaker maker)
    {
        ExportTraceServiceRequest request = ExportTraceServiceRequest.Parser.ParseFrom(maker.Request("good", "test", 1));
        Span span = request.ResourceSpans[0].ScopeSpans[0].Spans[0];
        span.EndTimeUnixNano = span.StartTimeUnixNano - 1_000_000_000;
        return request.ToByteArray();
    }

    private static byte[] WithDurationOf(byte[] from, byte[] to)
    {
        ExportTraceServiceRequest request = ExportTraceServiceRequest.Parser.ParseFrom(to);
        Span source = ExportTraceServiceRequest.Parser.ParseFrom(from).ResourceSpans[0].ScopeSpans[0].Spans[0];
        Span target = request.ResourceSpans[0].ScopeSpans[0].Spans[0];
        target.StartTimeUnixNano = source.StartTimeUnixNano;
        target.EndTimeUnixNano = source.EndTimeUnixNano;
        return request.ToByteArray();
    }
}
