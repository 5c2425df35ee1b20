using System.Buffers.Binary;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Otlp.Json;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Commands;

/// <summary>The command line of <c>compute</c>: files in, text out, and what it says of broken input.</summary>
public sealed class ComputeCommandTests : IDisposable
{
    private const string OneSpan =
        """{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"""
        + """ "scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"pay","kind":2,"""
        + """ "startTimeUnixNano":"1700000000000000000","endTimeUnixNano":1700000000005000000,"unknown":{"traceId":7}}]}]}]}""";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("compute-tests-");
    private readonly StringWriter output = new() { NewLine = "\n" };
    private readonly StringWriter error = new() { NewLine = "\n" };

    public void Dispose()
    {
        folder.Delete(recursive: true);
        output.Dispose();
        error.Dispose();
    }

    [Theory]
    [InlineData("flask", "openmetrics")]
    [InlineData("flask", "otlp-json")]
    [InlineData("node", "openmetrics")]
    [InlineData("node", "otlp-json")]
    public async Task Both_formats_of_the_file_exporter_give_the_same_bytes(string corpus, string form)
    {
        string settings = File("settings.yaml", FixtureFiles.ReadBytes("golden/events/settings.yaml"));
        string json = File("spans.jsonl", FixtureFiles.ReadBytes($"files/{corpus}.jsonl"));
        string proto = File("spans.binpb", FixtureFiles.ReadBytes($"files/{corpus}.binpb"));

        Assert.Equal(0, await Run("compute", "--config", settings, "--output", form, json));
        string fromJson = Taken();
        Assert.Equal(0, await Run("compute", "--config", settings, "--output", form, proto));
        Assert.Equal(fromJson, Taken());
        Assert.True(fromJson.Length > 10_000);
        Assert.Equal("", error.ToString());
    }

    [Theory]
    [InlineData("flask")]
    [InlineData("node")]
    public void Json_requests_become_the_same_messages_as_protobuf_ones(string corpus)
    {
        IReadOnlyList<string> lines = FixtureFiles.ReadLines($"files/{corpus}.jsonl");
        IReadOnlyList<byte[]> messages = FixtureFiles.ReadMessages($"files/{corpus}.binpb");
        Assert.Equal(messages.Count, lines.Count);
        for (int index = 0; index < lines.Count; index++)
        {
            byte[] record = Transcoded(Encoding.UTF8.GetBytes(lines[index]));
            Assert.Equal(
                ExportTraceServiceRequest.Parser.ParseFrom(messages[index]), ExportTraceServiceRequest.Parser.ParseFrom(record));
        }
    }

    [Theory]
    [InlineData("flask")]
    [InlineData("node")]
    [InlineData("dotnet")]
    public async Task Records_in_JSON_give_the_bytes_that_their_twins_in_protobuf_give(string corpus)
    {
        string settings = File("settings.yaml", FixtureFiles.ReadBytes("golden/events/settings.yaml"));
        string json = File("spans.jsonl", [.. RecordFile.Read(corpus + "_json").SelectMany(record => (byte[])[.. record.Value, (byte)'\n'])]);
        string proto = File("spans.binpb", [.. RecordFile.Read(corpus).SelectMany(record => Framed(record.Value))]);

        Assert.Equal(0, await Run("compute", "--config", settings, json));
        string fromJson = Taken();
        Assert.Equal(0, await Run("compute", "--config", settings, proto));
        Assert.Equal(fromJson, Taken());
        Assert.True(fromJson.Length > 5_000);
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task Metrics_of_the_count_connector_are_computed()
    {
        string settings = Settings(
            "{connectors: {count: {spans: {my.servers: {conditions: ['kind == SPAN_KIND_SERVER'], attributes: [{key: zone, default_value: none}]}, "
            + "my.others: {conditions: ['not (name == \"pay\")']}}}}}");
        string spans = File("spans.json", Encoding.UTF8.GetBytes(OneSpan));

        Assert.Equal(0, await Run("compute", "--config", settings, spans));
        Assert.Equal(
            "# TYPE my_servers counter\n"
            + "my_servers_total{job=\"shop\",otel_scope_name=\"github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector\","
            + "zone=\"none\"} 1\n# EOF\n",
            Taken());
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task The_exposition_shows_the_series_that_remote_write_would_send()
    {
        string settings = Settings(
            "{connectors: {span_metrics: {histogram: {explicit: {buckets: [1ms, 1s]}}}}, "
            + "exporters: {prometheusremotewrite: {endpoint: 'http://p'}}}");
        Assert.Equal(0, await Run("compute", "-c", settings, Text("a.json", OneSpan), Text("b.jsonl", OneSpan + "\n\n" + OneSpan + "\n")));
        const string Labels =
            "otel_scope_name=\"spanmetricsconnector\",service_name=\"shop\","
            + "span_kind=\"SPAN_KIND_SERVER\",span_name=\"pay\",status_code=\"STATUS_CODE_UNSET\"} ";
        Assert.Equal(
            "# TYPE traces_span_metrics_calls counter\n"
            + "traces_span_metrics_calls_total{job=\"shop\"," + Labels + "3\n"
            + "# TYPE traces_span_metrics_duration_milliseconds histogram\n"
            + "# UNIT traces_span_metrics_duration_milliseconds milliseconds\n"
            + "traces_span_metrics_duration_milliseconds_bucket{job=\"shop\",le=\"1\"," + Labels + "0\n"
            + "traces_span_metrics_duration_milliseconds_bucket{job=\"shop\",le=\"1000\"," + Labels + "3\n"
            + "traces_span_metrics_duration_milliseconds_bucket{job=\"shop\",le=\"+Inf\"," + Labels + "3\n"
            + "traces_span_metrics_duration_milliseconds_count{job=\"shop\"," + Labels + "3\n"
            + "traces_span_metrics_duration_milliseconds_sum{job=\"shop\"," + Labels + "15\n"
            + "# EOF\n",
            Taken());
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task Points_of_OTLP_JSON_last_from_the_first_span_start_to_the_last_span_end()
    {
        IReadOnlyList<byte[]> messages = FixtureFiles.ReadMessages("files/flask.binpb");
        List<Span> spans =
        [
            .. from message in messages
               from resource in ExportTraceServiceRequest.Parser.ParseFrom(message).ResourceSpans
               from scope in resource.ScopeSpans
               from span in scope.Spans
               select span,
        ];
        string proto = File("spans.pb", FixtureFiles.ReadBytes("files/flask.binpb"));

        Assert.Equal(0, await Run("compute", "-c", Settings("connectors: {span_metrics: {}}"), "--output", "otlp-json", proto));
        using JsonDocument document = JsonDocument.Parse(Taken());
        JsonElement metric = document.RootElement.GetProperty("resourceMetrics")[0].GetProperty("scopeMetrics")[0].GetProperty("metrics")[0];
        JsonElement sum = metric.GetProperty("sum");
        Assert.Equal(2, sum.GetProperty("aggregationTemporality").GetInt32());
        long count = 0;
        foreach (JsonElement point in sum.GetProperty("dataPoints").EnumerateArray())
        {
            Assert.Equal($"{spans.Min(span => span.StartTimeUnixNano)}", point.GetProperty("startTimeUnixNano").GetString());
            Assert.Equal($"{spans.Max(span => span.EndTimeUnixNano)}", point.GetProperty("timeUnixNano").GetString());
            count += long.Parse(point.GetProperty("asInt").GetString()!, null);
        }

        Assert.Equal(spans.Count, count);
    }

    [Fact]
    public async Task What_the_Collector_refuses_is_refused_by_number_and_the_rest_counts()
    {
        List<byte> bytes = [];
        List<int> refused = [];
        IReadOnlyList<string> lines = FixtureFiles.ReadLines("requests/bad.jsonl");
        for (int index = 0; index < lines.Count; index++)
        {
            using JsonDocument document = JsonDocument.Parse(lines[index]);
            bytes.AddRange(Framed(document.RootElement.GetProperty("value").GetBytesFromBase64()));
            if (document.RootElement.GetProperty("collector").GetProperty("status").GetInt32() != 200)
            {
                refused.Add(index + 1);
            }
        }

        string file = File("bad.binpb", [.. bytes]);
        Assert.Equal(4, await Run("compute", "-c", Settings("connectors: {span_metrics: {}}"), file));
        Assert.Equal(
            refused.Select(number => $"{file}: record {number} is no OTLP trace request: "),
            error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line[..(line.LastIndexOf(": ", StringComparison.Ordinal) + 2)]));
        Assert.Equal(17, lines.Count);
        Assert.Equal(17 - refused.Count, CountedSpans(Taken()));
    }

    [Fact]
    public async Task A_broken_line_is_named_and_the_rest_counts()
    {
        string[] broken =
        [
            "{\"resourceSpans\":[", "[]", "{\"resourceSpans\":7}", OneSpan.Replace("0102", "01zz", StringComparison.Ordinal),
            OneSpan.Replace("\"0102030405060708\"", "\"01020304\"", StringComparison.Ordinal), "\0",
        ];
        string file = Text("spans.jsonl", "\uFEFF" + OneSpan + "\r\n" + string.Join('\n', broken) + "\n" + OneSpan);

        Assert.Equal(4, await Run("compute", "-c", Settings("connectors: {span_metrics: {}}"), file));
        string[] messages = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            Enumerable.Range(2, broken.Length).Select(line => $"{file}: line {line} is no "),
            messages.Select(message => message[..(message.IndexOf(" is no ", StringComparison.Ordinal) + 7)]));
        Assert.Equal(2, CountedSpans(Taken()));
    }

    [Fact]
    public async Task A_file_that_ends_inside_a_record_counts_up_to_there()
    {
        byte[] record = Transcoded(Encoding.UTF8.GetBytes(OneSpan));
        string inRecord = File("a.binpb", [.. Framed(record), .. Framed(record).AsSpan(0, 20)]);
        string inLength = File("b.binpb", [.. Framed(record), 0, 0]);
        string absurd = File("c.binpb", [.. Framed(record), 0xFF, 0xFF, 0xFF, 0xFF, 1, 2, 3]);

        Assert.Equal(4, await Run("compute", "-c", Settings("connectors: {span_metrics: {}}"), inRecord, inLength, absurd));
        Assert.Equal(
            $"{inRecord}: record 2 is cut off: it should have {record.Length} bytes, and the file ends after 16\n"
            + $"{inLength}: record 2 is cut off inside its length: the file ends\n"
            + $"{absurd}: record 2 is cut off: it should have 4294967295 bytes, and the file ends after 3\n",
            error.ToString());
        Assert.Equal(3, CountedSpans(Taken()));
    }

    [Fact]
    public async Task Records_over_the_limit_are_passed_over()
    {
        byte[] record = Transcoded(Encoding.UTF8.GetBytes(OneSpan));
        byte[] large = new byte[200_000];
        string proto = File("a.binpb", [.. Framed(record), .. Framed(large), .. Framed(record)]);
        string json = Text("b.jsonl", $"{OneSpan}\n{new string('x', 200_000)}\n{OneSpan}\n{new string('y', 150_000)}");

        Assert.Equal(4, await Run("compute", "-c", Settings("{connectors: {span_metrics: {}}, stream: {max_record_bytes: 64KiB}}"), proto, json));
        Assert.Equal(
            $"{proto}: record 2 has 200000 bytes, and stream.max_record_bytes allows 65536\n"
            + $"{json}: line 2 has more bytes than stream.max_record_bytes allows, 65536\n"
            + $"{json}: line 4 has more bytes than stream.max_record_bytes allows, 65536\n",
            error.ToString());
        Assert.Equal(4, CountedSpans(Taken()));
    }

    [Fact]
    public async Task Many_problems_are_named_only_at_first()
    {
        string file = Text("spans.jsonl", string.Join('\n', Enumerable.Repeat("?", 50)));
        Assert.Equal(4, await Run("compute", "-c", Settings("connectors: {span_metrics: {}}"), file));
        string[] messages = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(21, messages.Length);
        Assert.Equal($"{file}: and 30 more", messages[^1]);
    }

    [Theory]
    [InlineData("openmetrics", "# EOF\n")]
    [InlineData("otlp-json", "{ \"resourceMetrics\": [ ] }\n")]
    public async Task Nothing_gives_empty_totals(string form, string expected)
    {
        string settings = Settings("connectors: {span_metrics: {}}");
        Assert.Equal(0, await Run("compute", "-c", settings, "--output", form, Text("a.jsonl", ""), Text("b.pb", ""), Text("c.json", "{}\n\n")));
        Assert.Equal(expected, Taken());
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task Dropped_spans_are_told()
    {
        string file = Text("spans.jsonl", OneSpan.Replace("service.name", "service", StringComparison.Ordinal));
        string settings = Settings("{connectors: {span_metrics: {}}, stream: {missing_service_name: drop}}");
        Assert.Equal(0, await Run("compute", "-c", settings, file));
        Assert.Equal("# EOF\n", Taken());
        Assert.Equal("spans without service.name that were dropped, as the settings say: 1\n", error.ToString());
    }

    [Fact]
    public async Task Spans_that_the_filter_drops_are_told_by_rule()
    {
        string[] spans =
        [
            OneSpan,
            OneSpan.Replace("pay", "GET /health", StringComparison.Ordinal),
            OneSpan.Replace("\"kind\":2", "\"kind\":3", StringComparison.Ordinal),
            OneSpan.Replace("\"shop\"", "\"probe\"", StringComparison.Ordinal),
        ];
        string file = Text("a.jsonl", string.Join('\n', spans));
        string settings = Settings("""
            connectors: {span_metrics: {}}
            stream:
              filter:
                include: [{kind: server}]
                exclude: [{name: {regex: /health$}}, {name: never}, {service_name: probe}]
            """);
        Assert.Equal(0, await Run("compute", "-c", settings, file));
        Assert.Contains("traces_span_metrics_calls_total{", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("health", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("CLIENT", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            "spans for which no rule of stream.filter.include holds: 1\nspans dropped by rule 1 of stream.filter.exclude: 1\n"
            + "spans dropped by rule 3 of stream.filter.exclude: 1\n",
            error.ToString());
    }

    [Fact]
    public async Task Wrong_inputs_are_a_wrong_command_line()
    {
        string settings = Settings("connectors: {span_metrics: {}}");
        string unknown = Text("spans.txt", OneSpan);
        Assert.Equal(1, await Run("compute", "-c", settings, Text("a.json", OneSpan), "/no/such.json", unknown, folder.FullName));
        Assert.Contains("/no/such.json: there is no such file\n", error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{unknown}: the name does not tell the format", error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{folder.FullName} is a folder", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await Run("compute", "-c", settings));
        Assert.DoesNotContain("# EOF", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_end_with_78()
    {
        Assert.Equal(78, await Run("compute", "-c", Settings("connectors: {span_metrics: {dimension: []}}"), Text("a.json", OneSpan)));
        Assert.Contains("did you mean 'dimensions'?", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", Taken());
    }

    private static byte[] Transcoded(byte[] json)
    {
        TraceJsonTranscoder transcoder = new();
        Assert.Equal(DecodeProblem.None, transcoder.Transcode(json));
        return transcoder.Record.ToArray();
    }

    private static long CountedSpans(string exposition) =>
        exposition.Split('\n')
            .Where(line => line.StartsWith("traces_span_metrics_calls_total{", StringComparison.Ordinal))
            .Sum(line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], null));

    private static byte[] Framed(byte[] record)
    {
        byte[] framed = new byte[sizeof(int) + record.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, record.Length);
        record.CopyTo(framed, sizeof(int));
        return framed;
    }

    private string Settings(string yaml) => Text("settings.yaml", yaml);

    private string Text(string name, string content) => File(name, Encoding.UTF8.GetBytes(content));

    private string File(string name, byte[] content)
    {
        string path = Path.Combine(folder.FullName, name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    private string Taken()
    {
        string text = output.ToString();
        output.GetStringBuilder().Clear();
        return text;
    }

    private Task<int> Run(params string[] args) =>
        CommandLine.RunAsync(new RootCommand { ComputeCommand.Create(_ => null) }, args, output, error);
}
