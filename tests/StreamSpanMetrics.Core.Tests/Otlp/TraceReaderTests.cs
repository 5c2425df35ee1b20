using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Otlp;

/// <summary>The reader against the generated classes, on legal input of every form.</summary>
public sealed class TraceReaderTests
{
    /// <summary>With names of 62 to 128 bytes, where length tricks could go wrong.</summary>
    private static readonly string[] Selected = [.. RequestGenerator.AttributeNames.Except(["http.rouTe"])];

    private static readonly string[] FewSelected = ["http.method", "http.status_code", "exception.type", "custom"];

    public static TheoryData<string> EdgeCases => [.. RequestFixtures.EdgeCases().Keys];

    public static TheoryData<string> RecordFiles => [.. RequestFixtures.RecordFiles];

    [Theory]
    [MemberData(nameof(RecordFiles))]
    public void Captured_records_read_as_the_generated_classes_read_them(string file)
    {
        List<byte[]> records = RequestFixtures.Requests(file);
        Assert.NotEmpty(records);
        Assert.All(records, record => AssertEqualFacts(record, FewSelected));
    }

    [Theory]
    [MemberData(nameof(EdgeCases))]
    public void Odd_requests_read_as_the_generated_classes_read_them(string name) =>
        AssertEqualFacts(RequestFixtures.EdgeCases()[name], FewSelected);

    [Fact]
    public void Generated_requests_read_as_the_generated_classes_read_them()
    {
        RequestGenerator generator = new(Seeded.Random(1));
        for (int round = 0; round < 150; round++)
        {
            AssertEqualFacts(generator.Request().ToByteArray(), Selected);
        }
    }

    [Fact]
    public void Rewritten_requests_read_as_the_generated_classes_read_them()
    {
        Random random = Seeded.Random(2);
        RequestGenerator generator = new(random);
        WireRewriter rewriter = new(random);
        for (int round = 0; round < 250; round++)
        {
            AssertEqualFacts(rewriter.Request(generator.Request().ToByteArray()), Selected);
        }
    }

    [Fact]
    public void Rewritten_captured_records_read_as_the_generated_classes_read_them()
    {
        WireRewriter rewriter = new(Seeded.Random(3));
        foreach (string file in (string[])["flask", "node", "flask_by_trace"])
        {
            Assert.All(RequestFixtures.Requests(file), record => AssertEqualFacts(rewriter.Request(record), FewSelected));
        }
    }

    [Fact]
    public void A_resource_in_two_parts_is_their_concatenation()
    {
        byte[] record =
        [
            0x0A, 16, // resource_spans
            0x0A, 4, 0x0A, 2, 0x0A, 0, // resource with one attribute
            0x12, 0, // scope_spans
            0x0A, 4, 0x0A, 2, 0x12, 0,
            0x1A, 0, // schema_url
        ];
        TraceReader reader = new(record);
        Assert.True(reader.MoveToNextResource());
        Assert.Equal((byte[])[0x0A, 2, 0x0A, 0, 0x0A, 2, 0x12, 0], reader.Resource.ToArray());
    }

    [Fact]
    public void An_empty_record_has_no_resources_and_no_problem()
    {
        TraceReader reader = new([]);
        Assert.False(reader.MoveToNextResource());
        Assert.False(reader.Problem.Exists);
    }

    [Fact]
    public void Events_are_not_noted_unless_wanted()
    {
        RequestGenerator generator = new(Seeded.Random(4));
        for (int round = 0; round < 50; round++)
        {
            byte[] record = generator.Request().ToByteArray();
            List<string> facts = [];
            Assert.False(TraceFacts.FromReader(record, Selected, events: false, values: true, facts).Exists);
            Assert.Equal(TraceFacts.FromOracle(record, Selected, events: false, values: true), facts);
        }
    }

    [Fact]
    public void A_long_span_name_of_more_than_16383_bytes_is_read()
    {
        OpenTelemetry.Proto.Trace.V1.Span span = new() { Name = new string('x', 40_000), EndTimeUnixNano = 5 };
        ExportTraceServiceRequest request = new() { ResourceSpans = { new OpenTelemetry.Proto.Trace.V1.ResourceSpans() } };
        request.ResourceSpans[0].ScopeSpans.Add(new OpenTelemetry.Proto.Trace.V1.ScopeSpans { Spans = { span, span } });
        AssertEqualFacts(request.ToByteArray(), FewSelected);
    }

    private static void AssertEqualFacts(byte[] record, string[] selected)
    {
        List<string> facts = [];
        DecodeProblem problem = TraceFacts.FromReader(record, selected, events: true, values: true, facts);
        Assert.Equal(DecodeProblem.None, problem);
        Assert.Equal(TraceFacts.FromOracle(record, selected, events: true, values: true), facts);
    }
}
