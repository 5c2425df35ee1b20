using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Spans;

/// <summary>Which spans the filter lets pass, and what is left of the others. <see cref="CountingTests"/> has its twin beside it.</summary>
public sealed class SpanFilterTests
{
    private const Span.Types.SpanKind ClientKind = OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Client;

    private static readonly KeyValue[] Shop = [Traces.Text("service.name", "shop"), Traces.Text("zone", "a")];

    [Fact]
    public void Without_rules_every_span_counts() => Assert.Equal("a b c", Names(new SpanFilterRules(), Span("a"), Span("b"), Span("c")));

    [Fact]
    public void A_rule_names_kinds_and_statuses()
    {
        Span[] spans =
        [
            .. from kind in (int[])[0, 1, 2, 3, 4, 5, 6, 99]
               from status in (int[])[0, 1, 2, 3]
               select Span($"{kind}-{status}", kind, status),
        ];
        Assert.Equal("2-0 2-1 2-2 2-3 5-0 5-1 5-2 5-3", Names(Including(new SpanFilterRule { Kinds = [2, 5] }), spans));
        Assert.Equal("0-0 1-0 2-0 3-0 4-0 5-0 6-0 99-0", Names(Including(new SpanFilterRule { Statuses = [0] }), spans));
        Assert.Equal("3-1 3-2", Names(Including(new SpanFilterRule { Kinds = [3], Statuses = [1, 2] }), spans));
    }

    [Fact]
    public void A_listed_text_is_the_whole_text_and_an_expression_matches_anywhere()
    {
        Span[] spans = [Span("GET /"), Span("GET /cart"), Span("get /cart"), Span("")];
        Assert.Equal("GET /", Names(Including(Name(texts: ["GET /", "/cart"])), spans));
        Assert.Equal("GET /cart get /cart", Names(Including(Name(regex: "/cart")), spans));
        Assert.Equal("GET /cart", Names(Including(Name(regex: "^GET .+t$")), spans));
        Assert.Equal("get /cart", Names(Including(Name(regex: "(?i)^get /CART$"), Name(regex: "x")), spans[2]));
        Assert.Equal("", Names(Including(Name(regex: "^$")), spans));
    }

    [Fact]
    public void An_attribute_is_that_of_the_span_else_that_of_the_resource()
    {
        SpanFilterRules rules = Including(new SpanFilterRule { Attributes = [new("zone", new TextCondition { Texts = ["a"] })] });
        Assert.Equal("none own", Names(rules, Span("none"), Span("own", Traces.Text("zone", "a")), Span("other", Traces.Text("zone", "b"))));
        Assert.Equal("", Names(rules, Span("hidden", Traces.Text("zone", ""))));
        SpanFilterRules ofResource = Including(
            new SpanFilterRule { ResourceAttributes = [new("zone", new TextCondition { Texts = ["a"] })] });
        Assert.Equal("none other", Names(ofResource, Span("none"), Span("other", Traces.Text("zone", "b"))));
        SpanFilterRules absent = Including(new SpanFilterRule { ResourceAttributes = [new("node", new TextCondition { Regex = "" })] });
        Assert.Equal("", Names(absent, Span("none"), Span("span", Traces.Text("node", "b"))));
    }

    [Theory]
    [InlineData("200")]
    [InlineData("true")]
    [InlineData("0.5")]
    [InlineData("[1,\"x\"]")]
    public void A_value_is_compared_as_the_text_that_a_dimension_shows(string text)
    {
        AnyValue array = new() { ArrayValue = new ArrayValue() };
        array.ArrayValue.Values.Add([new AnyValue { IntValue = 1 }, new AnyValue { StringValue = "x" }]);
        AnyValue[] values =
            [new() { IntValue = 200 }, new() { BoolValue = true }, new() { DoubleValue = 0.5 }, array, new() { StringValue = "x" }];
        Span[] spans = [.. values.Select((value, index) => Span(index.ToString("D"), Traces.Attribute("v", value)))];
        int expected = Array.IndexOf(["200", "true", "0.5", "[1,\"x\"]"], text);
        SpanFilterRules rules = Including(new SpanFilterRule { Attributes = [new("v", new TextCondition { Texts = [text] })] });
        Assert.Equal(expected.ToString("D"), Names(rules, spans));
        Assert.Equal(expected.ToString("D"), Names(rules, spans));
    }

    [Fact]
    public void The_service_of_a_resource_without_name_is_the_unknown_one()
    {
        SpanFilterRules rules = new()
        {
            Exclude = [new SpanFilterRule { ServiceName = new TextCondition { Texts = [SpanRules.UnknownService] } }],
        };
        RecordFolder folder = Folder(rules);
        byte[] record = Traces.Request((Shop, [Span("a")]), ([], [Span("b")]), ([Traces.Text("service.name", "")], [Span("c")]));
        Assert.Equal("a c", string.Join(' ', Folded.Series(folder, record).Select(Name)));
        Assert.Equal(0, folder.Staged.UnknownService);
    }

    [Fact]
    public void A_rule_asks_for_all_of_its_conditions()
    {
        SpanFilterRules rules = new()
        {
            Exclude =
            [
                new SpanFilterRule
                {
                    Kinds = [2],
                    Name = new TextCondition { Regex = "^GET" },
                    ServiceName = new TextCondition { Texts = ["shop"] },
                    Attributes = [new("route", new TextCondition { Texts = ["/ready"] }), new("zone", new TextCondition { Texts = ["a"] })],
                },
            ],
        };
        KeyValue ready = Traces.Text("route", "/ready");
        Span client = Span("GET client", ready);
        client.Kind = ClientKind;
        Span[] spans =
            [Span("GET all", ready), client, Span("PUT", ready), Span("GET less"), Span("GET zone", ready, Traces.Text("zone", "b"))];
        Assert.Equal("GET client|PUT|GET less|GET zone", Kept(Folder(rules), Traces.Request(Shop, spans)));
        Assert.Equal("GET all", Kept(Folder(rules), Traces.Request([Traces.Text("service.name", "cart"), Shop[1]], spans[0])));
    }

    [Fact]
    public void Exclude_comes_before_include_and_the_first_rule_that_holds_is_the_reason()
    {
        SpanFilterRules rules = new()
        {
            Include = [Name(regex: "^[ab]"), Name(texts: ["x"])],
            Exclude = [Name(regex: "2"), Name(regex: "[12]")],
        };
        RecordFolder folder = Folder(rules);
        Span[] spans = [Span("a"), Span("a1"), Span("a2"), Span("c"), Span("c2"), Span("x"), Span("b")];
        Assert.Equal("a|x|b", Kept(folder, Traces.Request(Shop, spans)));
        FilterDrops dropped = folder.Staged.Filtered;
        Assert.Equal((1, 2, 1, 4), (dropped.NotIncluded, dropped.Excluded(1), dropped.Excluded(2), dropped.Total));
        Assert.Equal("a", Kept(folder, Traces.Request(Shop, spans[0])));
        Assert.Equal(0, dropped.Total);
    }

    [Fact]
    public void A_dropped_span_leaves_nothing_but_its_end_as_time()
    {
        RecordFolder folder = new(new SpanRules
        {
            EventsEnabled = true,
            EventsDimensions = [new DimensionRule("e")],
            Filter = new SpanFilterRules { Exclude = [Name(texts: ["late"])] },
        });
        Span late = Span("late");
        late.EndTimeUnixNano = 10;
        late.StartTimeUnixNano = 20;
        late.Events.Add(Traces.Event(Traces.Text("e", "x")));
        Assert.Empty(Folded.Series(folder, Traces.Request([], late)));
        StagedRecord staged = folder.Staged;
        Assert.Equal((0, 0, 0, 0, 0), (staged.Spans, staged.Events, staged.ResourceCount, staged.UnknownService, staged.EndBeforeStart));
        Assert.Equal((10UL, ulong.MaxValue, 1L), (staged.LatestEndNanos, staged.EarliestStartNanos, staged.Filtered.Total));
        Assert.Equal(0, folder.Series.Count);
    }

    [Fact]
    public void A_span_dropped_for_lack_of_a_service_is_not_looked_at_by_the_filter()
    {
        RecordFolder folder = new(new SpanRules
        {
            DropMissingServiceName = true,
            Filter = new SpanFilterRules { Exclude = [Name(regex: "")] },
        });
        Assert.Equal(DecodeProblem.None, folder.Fold(Traces.Request(([], [Span("a")]), (Shop, [Span("b"), Span("c")]))));
        Assert.Equal((0, 1, 2L), (folder.Staged.Spans, folder.Staged.DroppedMissingServiceName, folder.Staged.Filtered.Total));
    }

    [Fact]
    public void A_broken_record_drops_nothing()
    {
        RecordFolder folder = Folder(new SpanFilterRules { Exclude = [Name(regex: "")] });
        Assert.True(folder.Fold([.. Traces.Request(Shop, Span("a")), 0x0A]).Exists);
        Assert.Equal(0, folder.Staged.Filtered.Total);
    }

    [Fact]
    public void Texts_are_cut_as_dimension_values_are_before_they_are_compared()
    {
        string longest = new('v', SpanRules.MaxValueBytes);
        SpanFilterRules rules = Including(new SpanFilterRule { Attributes = [new("v", new TextCondition { Regex = "v$" })] });
        Assert.Equal("a", Names(rules, Span("a", Traces.Text("v", longest + "x")), Span("b", Traces.Text("v", "vx"))));
        Assert.Equal("a", Names(
            Including(new SpanFilterRule { Attributes = [new("v", new TextCondition { Texts = [longest] })] }),
            Span("a", Traces.Text("v", longest + "more")),
            Span("b", Traces.Text("v", longest[1..]))));
    }

    [Fact]
    public void An_expression_that_could_go_back_for_ever_is_done_in_linear_time()
    {
        // A backtracking matcher would try more ways than there are atoms: the test would not end.
        SpanFilterRules rules = Including(Name(regex: "^(a|aa)+$"));
        Assert.Equal("", Names(rules, Span(new string('a', 16_000) + "b")));
    }

    [Fact]
    public void Mended_texts_are_compared_as_mended_and_not_counted()
    {
        byte[] record = Traces.Request(Shop, Span("aXXb"));
        record[record.AsSpan().IndexOf("XX"u8)] = 0xC3;
        record[record.AsSpan().IndexOf("X"u8)] = 0x28;
        RecordFolder folder = Folder(new SpanFilterRules { Exclude = [Name(texts: ["a\uFFFD(b"])] });
        Assert.Equal("", Kept(folder, record));
        Assert.Equal((1L, 0L), (folder.Staged.Filtered.Total, folder.TextCounters.InvalidUtf8));
    }

    [Fact]
    public void Verdicts_are_right_for_more_texts_than_are_remembered()
    {
        RecordFolder folder = Folder(Including(Name(regex: "[05]$")));
        Span[] spans = [.. Enumerable.Range(0, 1_000).Select(index => Span($"operation {index}"))];
        for (int round = 0; round < 2; round++)
        {
            string expected = string.Join('|', Enumerable.Range(0, 200).Select(index => $"operation {5 * index}"));
            Assert.Equal(expected, Kept(folder, Traces.Request(Shop, spans)));
        }
    }

    private static Span Span(string name, params KeyValue[] attributes) => Traces.Span(name, attributes);

    private static Span Span(string name, int kind, int status)
    {
        Span span = Traces.Span(name);
        span.Kind = (Span.Types.SpanKind)kind;
        span.Status = new Status { Code = (Status.Types.StatusCode)status };
        return span;
    }

    private static SpanFilterRules Including(params SpanFilterRule[] rules) => new() { Include = rules };

    private static SpanFilterRule Name(string[]? texts = null, string? regex = null) =>
        new() { Name = new TextCondition { Texts = texts ?? [], Regex = regex } };

    private static RecordFolder Folder(SpanFilterRules filter) => new(new SpanRules
    {
        Filter = filter,
        IncludeServiceName = false,
        IncludeSpanKind = false,
        IncludeStatusCode = false,
    });

    /// <summary>Names of the spans of the shop that are counted.</summary>
    private static string Names(SpanFilterRules filter, params Span[] spans) =>
        Kept(Folder(filter), Traces.Request(Shop, spans)).Replace('|', ' ');

    private static string Kept(RecordFolder folder, byte[] record) => string.Join('|', Folded.Series(folder, record).Select(Name));

    private static string Name(string series) => series["Spans span.name=String:".Length..];
}
