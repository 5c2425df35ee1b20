using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Otlp.Json;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Otlp.Json;

/// <summary>What the transcoder makes of legal OTLP JSON.</summary>
public sealed class TraceJsonTranscoderTests
{
    private readonly TraceJsonTranscoder transcoder = new();

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    public void Generated_requests_in_any_form_become_themselves(int seed)
    {
        Random random = Seeded.Random(seed);
        RequestGenerator generator = new(random);
        JsonRequestWriter writer = new(random);
        for (int round = 0; round < 150; round++)
        {
            ExportTraceServiceRequest request = NotANumber.Unify(generator.Request());
            byte[] json = writer.Write(request);
            ExportTraceServiceRequest read = Transcode(json);
            Assert.True(request.Equals(read), $"seed {seed} round {round}: {Encoding.UTF8.GetString(json)}");
        }
    }

    [Theory]
    [InlineData(34)]
    public void The_reader_finds_the_same_in_transcoded_as_in_generated_bytes(int seed)
    {
        Random random = Seeded.Random(seed);
        RequestGenerator generator = new(random);
        JsonRequestWriter writer = new(random);
        for (int round = 0; round < 150; round++)
        {
            ExportTraceServiceRequest request = NotANumber.Unify(generator.Request());
            Assert.Equal(DecodeProblem.None, transcoder.Transcode(writer.Write(request)));
            List<string> facts = [];
            DecodeProblem problem = TraceFacts.FromReader(transcoder.Record, RequestGenerator.AttributeNames, true, true, facts);
            Assert.Equal(DecodeProblem.None, problem);
            Assert.Equal(TraceFacts.FromOracle(request.ToByteArray(), RequestGenerator.AttributeNames, true, true), facts);
        }
    }

    [Theory]
    [InlineData("flask")]
    [InlineData("node")]
    [InlineData("dotnet")]
    public void Captured_records_give_what_their_protobuf_twins_give(string corpus)
    {
        List<string> twins = [.. RequestFixtures.Requests(corpus).Select(record => Text(ExportTraceServiceRequest.Parser.ParseFrom(record)))];
        List<byte[]> records = RequestFixtures.Requests(corpus + "_json");
        List<string> read = [];
        foreach (byte[] json in records)
        {
            ExportTraceServiceRequest request = Transcode(json);
            Assert.Equal(JsonTwin.Read(json), request);
            read.Add(Text(request));
        }

        // The twins are two captures of the same traffic: the exporters' batches are the same, their order in the topics is not.
        Assert.Equal(twins.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Odd_requests_keep_their_meaning()
    {
        JsonRequestWriter writer = new(Seeded.Random(35));
        foreach ((string name, byte[] record) in RequestFixtures.EdgeCases())
        {
            // Unknown fields have no JSON form; all else has one.
            ExportTraceServiceRequest request = NotANumber.Unify(
                ExportTraceServiceRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(record));
            Assert.True(request.Equals(Transcode(writer.Write(request))), name);
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData(" {\n}\t")]
    [InlineData("""{"resourceSpans":null}""")]
    [InlineData("""{"resourceSpans":[]}""")]
    [InlineData("""{"":1,"x":{"resourceSpans":[{}]},"ResourceSpans":[{}]}""")]
    public void A_request_may_be_empty(string json) => Assert.Equal(new ExportTraceServiceRequest(), Transcode(json));

    [Theory]
    [InlineData("""{"name":"a","name":"b"}""", "b")]
    [InlineData("""{"name":"a","name":null}""", "")]
    [InlineData("""{"name":"a","name":""}""", "")]
    [InlineData("""{"n\u0061me":"a\/\\\"\b\f\n\r\t\u00e9\ud83d\ude00"}""", "a/\\\"\b\f\n\r\t\u00E9\U0001F600")]
    [InlineData("""{"name":"\ud83d"}""", "\uFFFD")]
    [InlineData("""{"name":"\ud83dx\ude00\ud83d\ud83d\ude00"}""", "\uFFFDx\uFFFD\uFFFD\U0001F600")]
    [InlineData("""{"name":"\ud83d\n"}""", "\uFFFD\n")]
    [InlineData("""{"name":"\u0000"}""", "\0")]
    [InlineData("""{"Name":"a","NAME":"b","name ":"c"}""", "")]
    public void Names_are_exact_strings_are_resolved_and_the_last_value_counts(string json, string name) =>
        Assert.Equal(name, Span(json).Name);

    [Theory]
    [InlineData("2", 2)]
    [InlineData("\"SPAN_KIND_CLIENT\"", 3)]
    [InlineData("7", 7)]
    [InlineData("-1", -1)]
    [InlineData("2147483647", int.MaxValue)]
    [InlineData("null", 0)]
    public void A_kind_is_a_number_or_a_name(string value, int kind) => Assert.Equal(kind, (int)Span($$"""{"kind":{{value}}}""").Kind);

    [Theory]
    [InlineData("\"18446744073709551615\"", ulong.MaxValue)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("1700000000000000001", 1_700_000_000_000_000_001)]
    [InlineData("\"0001\"", 1)]
    [InlineData("0", 0)]
    [InlineData("null", 0)]
    public void Times_are_exact(string value, ulong nanos)
    {
        Assert.Equal(nanos, Span($$"""{"startTimeUnixNano":{{value}}}""").StartTimeUnixNano);
        Assert.Equal(nanos, Span($$"""{"end_time_unix_nano":{{value}}}""").EndTimeUnixNano);
    }

    [Theory]
    [InlineData("""{"stringValue":null}""", """{ "stringValue": "" }""")]
    [InlineData("""{"intValue":"-9223372036854775808"}""", """{ "intValue": "-9223372036854775808" }""")]
    [InlineData("""{"int_value":9007199254740993}""", """{ "intValue": "9007199254740993" }""")]
    [InlineData("""{"intValue":null}""", "{ }")]
    [InlineData("""{"doubleValue":"NaN"}""", """{ "doubleValue": "NaN" }""")]
    [InlineData("""{"doubleValue":"-Infinity"}""", """{ "doubleValue": "-Infinity" }""")]
    [InlineData("""{"doubleValue":"+inf"}""", """{ "doubleValue": "Infinity" }""")]
    [InlineData("""{"doubleValue":"1e3"}""", """{ "doubleValue": 1000 }""")]
    [InlineData("""{"doubleValue":-0.1E-1}""", """{ "doubleValue": -0.01 }""")]
    [InlineData("""{"boolValue":false}""", """{ "boolValue": false }""")]
    [InlineData("""{"bytesValue":"+\/8="}""", """{ "bytesValue": "+/8=" }""")]
    [InlineData("""{"bytesValue":""}""", """{ "bytesValue": "" }""")]
    [InlineData("""{"arrayValue":null}""", """{ "arrayValue": { } }""")]
    [InlineData("""{"kvlist_value":{}}""", """{ "kvlistValue": { } }""")]
    [InlineData("""{"arrayValue":{"values":[null,{},{"intValue":1}]}}""", """{ "arrayValue": { "values": [ { }, { }, { "intValue": "1" } ] } }""")]
    [InlineData("""{"intValue":1,"stringValue":"x","later":{}}""", """{ "stringValue": "x" }""")]
    public void Values_of_every_kind_are_read(string json, string expected)
    {
        Span span = Span($$"""{"attributes":[{"value":{{json}},"key":"k"}]}""");
        KeyValue attribute = Assert.Single(span.Attributes);
        Assert.Equal("k", attribute.Key);
        Assert.Equal(expected, JsonFormatter.Default.Format(attribute.Value));
    }

    [Fact]
    public void Messages_that_come_twice_are_merged_and_lists_joined()
    {
        Span span = Span("""
            {"status":{"code":2},"attributes":[{"key":"a"}],"status":{"message":"m"},"status":null,"attributes":[null,{"key":"b"}],"events":null}
            """);
        Assert.Equal((Status.Types.StatusCode.Error, "m"), (span.Status.Code, span.Status.Message));
        Assert.Equal(["a", "", "b"], span.Attributes.Select(attribute => attribute.Key));
    }

    [Fact]
    public void A_null_in_a_list_is_an_empty_element()
    {
        ExportTraceServiceRequest request = Transcode("""{"resourceSpans":[null,{"scopeSpans":[null,{"spans":[null]}]}]}""");
        Assert.Equal([0, 2], request.ResourceSpans.Select(resource => resource.ScopeSpans.Count));
        Assert.Equal(new Span(), Assert.Single(request.ResourceSpans[1].ScopeSpans[1].Spans));
    }

    [Fact]
    public void Invalid_UTF8_is_passed_on()
    {
        byte[] json = [.. """{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"""u8, 0xC3, 0xFF, .. "\"}]}]}]}"u8];
        Assert.Equal(DecodeProblem.None, transcoder.Transcode(json));
        Assert.True(transcoder.Record.IndexOf((ReadOnlySpan<byte>)[0x2A, 3, (byte)'a', 0xC3, 0xFF]) > 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(120)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16_383)]
    [InlineData(16_384)]
    [InlineData(2_097_152)]
    public void Lengths_of_any_size_are_right(int bytes)
    {
        string text = new('x', bytes);
        Span span = Span(
            $$$"""{"name":"{{{text}}}","attributes":[{"key":"k","value":{"stringValue":"{{{text}}}\n"}}],"status":{"message":"{{{text}}}"}}""");
        Assert.Equal(
            (text, text + "\n", text), (span.Name, Assert.Single(span.Attributes).Value.StringValue, span.Status.Message));
    }

    [Theory]
    [InlineData("{},")]
    [InlineData("null,")]
    [InlineData("{\"arrayValue\":{\"values\":[{}]}},")]
    [InlineData("{\"boolValue\":true},")]
    public void The_protobuf_is_at_most_twice_as_long(string element)
    {
        string elements = string.Concat(Enumerable.Repeat(element, 10_000));
        string json = """{"resourceSpans":[{"resource":{"attributes":[{"value":{"arrayValue":{"values":[""" + elements + "null]}}}]}}]}";
        Assert.Equal(DecodeProblem.None, transcoder.Transcode(Encoding.UTF8.GetBytes(json)));
        Assert.InRange(transcoder.Record.Length, 1, 2 * json.Length);
    }

    private Span Span(string json) =>
        Assert.Single(Transcode($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{json}}]}]}]}""").ResourceSpans[0].ScopeSpans[0].Spans);

    private ExportTraceServiceRequest Transcode(string json) => Transcode(Encoding.UTF8.GetBytes(json));

    private ExportTraceServiceRequest Transcode(byte[] json)
    {
        Assert.Equal(DecodeProblem.None, transcoder.Transcode(json));
        return ExportTraceServiceRequest.Parser.ParseFrom(transcoder.Record);
    }

    private static string Text(ExportTraceServiceRequest request) => Convert.ToHexString(request.ToByteArray());
}
