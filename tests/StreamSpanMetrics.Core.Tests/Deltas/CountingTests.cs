using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>Folder and accumulator together, beside a naive count of the same records.</summary>
public sealed class CountingTests
{
    private static readonly Dictionary<string, SpanRules> RulesByName = new()
    {
        ["default"] = new SpanRules(),
        ["article"] = new SpanRules
        {
            Dimensions = [new DimensionRule("http.method", "GET"), new DimensionRule("http.status_code")],
            IncludeStatusCode = false,
            EventsEnabled = true,
            EventsDimensions = [new DimensionRule("exception.type"), new DimensionRule("exception.message")],
        },
        ["apart, all attributes identity"] = new SpanRules
        {
            IdentityAttributes = ["*"],
            Dimensions = [new DimensionRule("custom", "none"), new DimensionRule("k")],
            CallsDimensions = [new DimensionRule("http.method"), new DimensionRule("custom", "other")],
            HistogramDimensions = [new DimensionRule("http.route", "?")],
            EventsEnabled = true,
        },
        ["no histogram, listed identity"] = new SpanRules
        {
            HistogramEnabled = false,
            IdentityAttributes = ["service.name", "k"],
            IncludeServiceName = false,
            IncludeSpanKind = false,
            CallsDimensions = [new DimensionRule("")],
        },
        ["aliases"] = new SpanRules
        {
            Dimensions =
            [
                new DimensionRule("http.request.method", "?") { Aliases = ["http.method"] },
                new DimensionRule("k") { Aliases = ["custom", "http.route"] },
                new DimensionRule("custom") { Aliases = ["k"] },
            ],
            CallsDimensions = [new DimensionRule("http.route") { Aliases = ["größe", "service.version"] }, new DimensionRule("http.method")],
            HistogramDimensions = [new DimensionRule("k", "none") { Aliases = ["http.status_code"] }],
            EventsEnabled = true,
            EventsDimensions = [new DimensionRule("error.type") { Aliases = ["exception.type", "k"] }],
        },
        ["scopes"] = new SpanRules
        {
            InstrumentationScopes = ["library", "lib.a", "opentelemetry.instrumentation.flask"],
            EventsEnabled = true,
            EventsDimensions = [new DimensionRule("exception.type")],
        },
        ["sampling method"] = new SpanRules
        {
            IncludeSamplingMethod = true,
            Dimensions = [new DimensionRule("http.method")],
            CallsDimensions = [new DimensionRule("http.route")],
            EventsEnabled = true,
            EventsDimensions = [new DimensionRule("exception.type")],
        },
        ["globs"] = new SpanRules
        {
            Dimensions = [Glob("http.*"), new DimensionRule("http.method", "none"), Glob("k8s.**"), Glob("{cus*,exception.typ?}")],
            CallsDimensions = [Glob("*e*"), Glob("[a-m]*.**")],
            EventsEnabled = true,
            EventsDimensions = [Glob("exception.*"), Glob("host.*")],
        },
        ["other status, no resource"] = new SpanRules { UseOtelStatusCode = true, IncludeResource = false },
        ["counted"] = SpanRules.Counting(CountRules.Make(
            new("all", IsOfEvents: false),
            new("by.method", IsOfEvents: false) { Attributes = [new("http.method", "none"), new("k", "7") { DefaultKind = TextKind.Int }] },
            CountRules.Of("some", "kind != 1 and attributes[\"http.method\"] != nil or IsMatch(name, \"^(GET|fs) .*e\")", "k"),
            CountRules.Of("odd", "not (status.code < 1.5) or attributes[\"custom\"] == 200 or resource.attributes[\"k\"] == nil", "service.name"),
            CountRules.Of("matched", "IsMatch(attributes[\"k\"], \"[02468]$\") or IsMatch(attributes[\"custom\"], \"e\")", "custom"),
            CountRules.OfEvents("events", "true", "exception.type"),
            CountRules.OfEvents("failed", "name == \"exception\" and span.status.code == STATUS_CODE_ERROR or IsMatch(span.kind, \"[0-3]\")"),
            CountRules.OfEvents("by.key", "attributes[\"k\"] != nil or span.attributes[\"k\"] == nil", "k", "service.name"))),
        ["counted, without events"] = SpanRules.Counting(CountRules.Make(CountRules.Of("some", "kind == SPAN_KIND_SERVER"))) with
        {
            IdentityAttributes = ["*"],
            Filter = new SpanFilterRules { Exclude = [new SpanFilterRule { Attributes = [new("k", new TextCondition { Regex = "[0-4]" })] }] },
        },
        ["filtered"] = new SpanRules
        {
            Dimensions = [new DimensionRule("http.method")],
            EventsEnabled = true,
            EventsDimensions = [new DimensionRule("exception.type")],
            Filter = new SpanFilterRules
            {
                Include =
                [
                    new SpanFilterRule { Kinds = [0, 1, 2, 5] },
                    new SpanFilterRule { Statuses = [2], ServiceName = new TextCondition { Regex = "o" } },
                ],
                Exclude =
                [
                    new SpanFilterRule { Attributes = [new("http.method", new TextCondition { Texts = ["POST", "DELETE"] })] },
                    new SpanFilterRule { Name = new TextCondition { Regex = "^(GET|fs) .*e" }, Statuses = [0, 1] },
                    new SpanFilterRule { Attributes = [new("http.status_code", new TextCondition { Regex = "^[1-9][0-9]*[02468]$" })], Kinds = [3] },
                    new SpanFilterRule
                    {
                        Attributes = [new("k", new TextCondition { Regex = "[^G]" }), new("custom", new TextCondition { Regex = "." })],
                        ResourceAttributes = [new("k", new TextCondition { Regex = "." })],
                    },
                ],
            },
        },
    };

    private static DimensionRule Glob(string pattern) => new("") { Glob = pattern };

    public static TheoryData<string> Rules => [.. RulesByName.Keys];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Captured_records_count_as_a_naive_count_does(string rules)
    {
        foreach (string file in RequestFixtures.RecordFiles)
        {
            AssertCounts(RulesByName[rules], new HistogramRules(), RequestFixtures.Requests(file), 40);
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Odd_requests_count_as_a_naive_count_does(string rules) =>
        AssertCounts(RulesByName[rules], new HistogramRules { Unit = DurationUnit.Seconds }, [.. RequestFixtures.EdgeCases().Values], 7);

    [Theory]
    [MemberData(nameof(Rules))]
    public void Generated_and_rewritten_requests_count_as_a_naive_count_does(string rules)
    {
        Random random = Seeded.Random(71);
        RequestGenerator generator = new(random);
        WireRewriter rewriter = new(random);
        List<byte[]> records = [];
        for (int count = 0; count < 80; count++)
        {
            byte[] record = generator.Request().ToByteArray();
            records.Add(count % 2 == 0 ? record : rewriter.Request(record));
        }

        AssertCounts(RulesByName[rules], new HistogramRules { BoundsNanos = [1_000, 1_000_000_000] }, records, 10);
        AssertCounts(RulesByName[rules], new HistogramRules { BoundsNanos = [] }, records, 1_000);
    }

    [Fact]
    public void What_several_spans_and_records_have_in_common_is_noted()
    {
        OpenTelemetry.Proto.Trace.V1.Span backwards = Traces.Span("b");
        (backwards.StartTimeUnixNano, backwards.EndTimeUnixNano) = (9_000, 8_000);
        RecordFolder folder = new(new SpanRules());
        Assert.False(folder.Fold(Traces.Request([Traces.Text("service.name", "shop")], Traces.Span("a"), backwards)).Exists);
        Assert.Equal((2, 0, 1), (folder.Staged.Spans, folder.Staged.Events, folder.Staged.EndBeforeStart));
        Assert.Equal((9_000UL, 1_700_000_000_005_000_000UL), (folder.Staged.EarliestStartNanos, folder.Staged.LatestEndNanos));
        Assert.Equal([5_000_000UL, 0UL], folder.Staged.DurationsNanos.ToArray());
        Assert.False(folder.Fold([]).Exists);
        Assert.Equal((0, 0, 0), (folder.Staged.Spans, folder.Staged.TimedCount, folder.Staged.ResourceCount));
        Assert.Equal((ulong.MaxValue, 0UL), (folder.Staged.EarliestStartNanos, folder.Staged.LatestEndNanos));
    }

    private static SortedDictionary<string, long> Reasons(FilterDrops dropped)
    {
        SortedDictionary<string, long> reasons = new() { ["not included"] = dropped.NotIncluded };
        for (int rule = 1; rule <= dropped.ExcludeCount; rule++)
        {
            reasons[$"excluded {rule}"] = dropped.Excluded(rule);
        }

        Assert.Equal(dropped.Total, reasons.Values.Sum());
        return new(reasons.Where(reason => reason.Value > 0).ToDictionary());
    }

    /// <summary>Counts the records, a new step every <paramref name="perStep"/> records, and compares; twice, with a cut between.</summary>
    private static void AssertCounts(SpanRules rules, HistogramRules histogram, List<byte[]> records, int perStep)
    {
        RecordFolder folder = new(rules);
        DeltaAccumulator accumulator = new(new ExplicitBounds(histogram));
        for (int pass = 0; pass < 2; pass++)
        {
            NaiveCount naive = new(rules, histogram);
            long spans = 0;
            FilterDrops dropped = new(rules.Filter);
            for (int index = 0; index < records.Count; index++)
            {
                long step = 100 + (index / perStep);
                naive.Add(records[index], step);
                Assert.Equal(DecodeProblem.None, folder.Fold(records[index]));
                accumulator.Add(folder.Staged, step);
                spans += folder.Staged.Spans;
                dropped.Add(folder.Staged.Filtered);
            }

            Assert.Equal(naive.Spans, spans);
            Assert.Equal(naive.Dropped, Reasons(dropped));
            Assert.Equal(AccumulatorReading.Lines(naive.Counts), AccumulatorReading.Lines(AccumulatorReading.Read(accumulator, folder)));
            accumulator.Clear();
        }
    }
}
