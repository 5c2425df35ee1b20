using System.Text;
using OpenTelemetry.Proto.Collector.Trace.V1;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Otlp.Json;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Testing;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>A span topic with <c>encoding: otlp_json</c>: the same deltas, the same dead letters.</summary>
public sealed class JsonRecordsTests
{
    private const int Limit = 10_000;

    private readonly AggregateBench bench = new(Json, 1);

    [Theory]
    [InlineData("flask")]
    [InlineData("node")]
    public void Records_in_JSON_make_the_blocks_that_their_twins_in_protobuf_make(string corpus)
    {
        TraceJsonTranscoder transcoder = new();
        List<byte[]> protobuf = InOneOrder(corpus, value => value);
        List<byte[]> json = InOneOrder(corpus + "_json", value =>
        {
            Assert.Equal(DecodeProblem.None, transcoder.Transcode(value));
            return transcoder.Record.ToArray();
        });
        List<byte[]> expected = Deltas(new AggregateBench(options => options with { MaxRecordBytes = 1 << 20 }, 1), protobuf);
        List<byte[]> written = Deltas(new AggregateBench(options => Json(options) with { MaxRecordBytes = 1 << 20 }, 1), json);
        Assert.NotEmpty(expected);
        Assert.Equal(expected, written);
    }

    [Fact]
    public void A_record_without_value_holds_no_spans()
    {
        Append([]);
        Append("{}"u8);
        Append(Request("shop"));
        Run();
        Assert.Equal(1, bench.CountedSpans());
        Assert.Equal(0, bench.Stage.Counters.BadRecords);
        bench.AssertChained(0);
    }

    [Theory]
    [InlineData("{\"resourceSpans\":[}", "IllegalJson", "IllegalJson at byte 18.")]
    [InlineData("{\"resourceSpans\":7}", "WrongJsonValue", "WrongJsonValue at byte 17.")]
    [InlineData("\n\n", "IllegalJson", "IllegalJson at byte 2.")]
    public void A_broken_record_becomes_a_dead_letter_as_it_was_received(string text, string reason, string end)
    {
        byte[] value = Encoding.UTF8.GetBytes(text);
        (MemoryRecord letter, Dictionary<string, string> headers) = LetterOf(value);
        Assert.Equal(value, letter.Value);
        Assert.Equal(reason, headers["__connect.errors.exception.class.name"]);
        Assert.EndsWith(end, headers["__connect.errors.exception.message"], StringComparison.Ordinal);
        Assert.Equal(2, bench.CountedSpans());
        bench.AssertChained(0);
    }

    [Fact]
    public void A_broken_record_without_timestamp_does_not_take_the_time_of_the_record_before()
    {
        bench.Log.Append(AggregateBench.Source, 0, null, Request("shop"), 1_000);
        bench.Log.Append(AggregateBench.Source, 0, null, "{"u8.ToArray(), 0, false);
        Run();
        Assert.Equal(1_000, Assert.Single(bench.Blocks(0, 0)).WatermarkUnixMillis);
    }

    [Fact]
    public void Protobuf_is_recognized()
    {
        (_, Dictionary<string, string> headers) = LetterOf(SpanRequests.Make("shop"));
        Assert.Contains("otlp_proto", headers["__connect.errors.exception.message"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_limit_is_on_the_bytes_as_they_were_received()
    {
        byte[] small = [.. Request("shop"), .. new byte[Limit - Request("shop").Length].Select(_ => (byte)' ')];
        Append(small);
        (_, Dictionary<string, string> headers) = LetterOf([.. small, (byte)' ']);
        Assert.Equal("RecordTooLarge", headers["__connect.errors.exception.class.name"]);
        Assert.Equal(3, bench.CountedSpans());
    }

    private static AggregateOptions Json(AggregateOptions options) =>
        options with { SourceEncoding = SpanEncoding.OtlpJson, MaxRecordBytes = Limit };

    // The twins are the same requests in another order: both are put in the order of their meaning.
    private static List<byte[]> InOneOrder(string file, Func<byte[], byte[]> protobuf) =>
    [
        .. RecordFile.Read(file).Select(record => record.Value).OrderBy(
            value => ExportTraceServiceRequest.Parser.ParseFrom(protobuf(value)).ToString(), StringComparer.Ordinal),
    ];

    private static List<byte[]> Deltas(AggregateBench bench, List<byte[]> records)
    {
        foreach (byte[] record in records)
        {
            bench.Log.Append(AggregateBench.Source, 0, null, record, bench.Time.NowMillis);
        }

        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        Assert.Equal(0, bench.Stage.Counters.BadRecords);
        return
        [
            .. Enumerable.Range(0, AggregateBench.Shards)
                .SelectMany(shard => bench.Log.Read(AggregateBench.Deltas, shard)).Select(record => record.Value!),
        ];
    }

    private static byte[] Request(string service) => Encoding.UTF8.GetBytes(
        """{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"SERVICE"}}]},"""
            .Replace("SERVICE", service, StringComparison.Ordinal)
        + """ "scopeSpans":[{"spans":[{"name":"pay","kind":"SPAN_KIND_SERVER","endTimeUnixNano":1700000000000000000}]}]}]}""");

    private void Append(ReadOnlySpan<byte> value) =>
        bench.Log.Append(AggregateBench.Source, 0, null, value.ToArray(), bench.Time.NowMillis);

    private (MemoryRecord Letter, Dictionary<string, string> Headers) LetterOf(byte[] value)
    {
        Append(Request("shop"));
        Append(value);
        Append(Request("shop"));
        Run();
        MemoryRecord letter = Assert.Single(bench.Log.Read(AggregateBench.DeadLetters, 0));
        return (letter, letter.Headers!.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.Value)));
    }

    private void Run()
    {
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
    }
}
