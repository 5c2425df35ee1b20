using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Spans;

/// <summary>
/// What conditions mean: for spans with an attribute of every kind, those that the count connector of a Collector v0.158 counted under
/// each condition.
/// </summary>
public sealed class ConditionTests
{
    private static readonly (string Service, AnyValue Value)[] Values =
    [
        ("str", new AnyValue { StringValue = "200" }),
        ("int200", new AnyValue { IntValue = 200 }),
        ("int5", new AnyValue { IntValue = 5 }),
        ("dbl200", new AnyValue { DoubleValue = 200 }),
        ("dbl2.5", new AnyValue { DoubleValue = 2.5 }),
        ("true", new AnyValue { BoolValue = true }),
        ("false", new AnyValue { BoolValue = false }),
        ("empty", new AnyValue { StringValue = "" }),
        ("nil", new AnyValue()),
        ("bytes", new AnyValue { BytesValue = ByteString.CopyFromUtf8("abc") }),
        ("list", new AnyValue { ArrayValue = new ArrayValue { Values = { new AnyValue { StringValue = "a" } } } }),
        ("map", new AnyValue { KvlistValue = new KeyValueList { Values = { Traces.Text("k", "v") } } }),
        ("abc", new AnyValue { StringValue = "abc" }),
        ("b", new AnyValue { StringValue = "b" }),
    ];

    /// <summary>Comparisons of an attribute, and what was counted.</summary>
    public static TheoryData<string, string> OfAttributes => new()
    {
        { """ attributes["a"] == "200" """, "str" },
        { """attributes["a"] == 200""", "dbl200 int200" },
        { """attributes["a"] == 200.0""", "dbl200 int200" },
        { """attributes["a"] == 2.5""", "dbl2.5" },
        { """attributes["a"] == true""", "true" },
        { """attributes["a"] == nil""", "kinds missing nil" },
        { """attributes["a"] != nil""", "abc b bytes dbl2.5 dbl200 empty false int200 int5 list map str true" },
        { """ attributes["a"] != "200" """, "abc b bytes dbl2.5 dbl200 empty false int200 int5 kinds list map missing nil true" },
        { """attributes["a"] != 200""", "abc b bytes dbl2.5 empty false int5 kinds list map missing nil str true" },
        { """attributes["a"] < 200""", "dbl2.5 int5" },
        { """attributes["a"] <= 200""", "dbl2.5 dbl200 int200 int5" },
        { """attributes["a"] > 100.5""", "dbl200 int200" },
        { """ attributes["a"] < "b" """, "abc empty str" },
        { """ attributes["a"] >= "b" """, "b" },
        { """attributes["a"] < true""", "false" },
        { """attributes["a"] >= nil""", "kinds missing nil" },
        { """attributes["a"] < nil""", "" },
        { """attributes["a"] <= nil""", "kinds missing nil" },
        { """ attributes["a"] == "" """, "empty" },
        { """nil == attributes["a"]""", "kinds missing nil" },
        { """200 == attributes["a"]""", "dbl200 int200" },
        { """not attributes["a"] == 200""", "abc b bytes dbl2.5 empty false int5 kinds list map missing nil str true" },
        { """ attributes["r"] == "res" """, "" },
        { """ attributes["sa"] == "scopeval" """, "" },
        { """attributes["a"] == +200""", "dbl200 int200" },
        { """attributes["a"] == -200""", "" },
        { """attributes["a"] != -200""", "abc b bytes dbl2.5 dbl200 empty false int200 int5 kinds list map missing nil str true" },
        { """attributes["a"] == .5""", "" },
        { """attributes["a"] < 1.5""", "" },
        { """ attributes["a"] == "a\x62c" """, "abc" },
        { """ attributes["a"] == "a\u0062c" """, "abc" },
        { """ attributes["a"]=="abc" """, "abc" },
        { """ attributes [ "a" ] == "abc" """, "abc" },
        { """ attributes["a"] == 200 or attributes["a"] == "abc" and not attributes["a"] == "abc" """, "dbl200 int200" },
    };

    /// <summary>Everything else.</summary>
    public static TheoryData<string, string> OfOthers => new()
    {
        { """nil == nil""", "abc b bytes dbl2.5 dbl200 empty false int200 int5 kinds list map missing nil str true" },
        { """1 == 1""", "abc b bytes dbl2.5 dbl200 empty false int200 int5 kinds list map missing nil str true" },
        { """ "a" == "b" """, "" },
        { """true""", "abc b bytes dbl2.5 dbl200 empty false int200 int5 kinds list map missing nil str true" },
        { """false""", "" },
        { """not true""", "" },
        { """ name == "s-str" or name == "s-int5" """, "int5 str" },
        { """ name == "s-str" and kind == 1 or name == "k" """, "kinds str" },
        { """not (name == "k")""", "abc b bytes dbl2.5 dbl200 empty false int200 int5 list map missing nil str true" },
        { """kind == SPAN_KIND_SERVER""", "missing" },
        { """kind == 9""", "kinds" },
        { """ kind.string == "Server" """, "missing" },
        { """ kind.string == "SPAN_KIND_SERVER" """, "" },
        { """ kind.string == "Unspecified" """, "" },
        { """ kind.string == "SPAN_KIND_UNSPECIFIED" """, "" },
        { """ kind.string == "" """, "kinds" },
        { """ kind == "Server" """, "" },
        { """kind == 2.0""", "missing" },
        { """kind == nil""", "" },
        { """status.code == 2""", "missing" },
        { """status.code == STATUS_CODE_ERROR""", "missing" },
        { """status.code > 0""", "kinds missing" },
        { """kind > SPAN_KIND_INTERNAL""", "kinds missing" },
        { """ resource.attributes["r"] == "res" """, "abc b bytes dbl2.5 dbl200 empty false int200 int5 list map nil str true" },
        { """IsMatch(attributes["a"], "2")""", "bytes dbl2.5 dbl200 int200 str" },
        { """IsMatch(attributes["a"], ".*")""", "abc b bytes dbl2.5 dbl200 empty false int200 int5 list map str true" },
        { """IsMatch(name, "^s-.n")""", "int200 int5" },
        { """IsMatch(kind, "2")""", "missing" },
        { """IsMatch(attributes["a"], "^true$")""", "true" },
        { """IsMatch(attributes["a"], "v")""", "map" },
        { """IsMatch(status.code, "2")""", "missing" },
        { """ name < "l" """, "kinds missing" },
        { """IsMatch(resource.attributes["r"], "es")""", "abc b bytes dbl2.5 dbl200 empty false int200 int5 list map nil str true" },
        { """IsMatch(attributes["a"], "200.0")""", "" },
        { """IsMatch(attributes["a"], "YWJj")""", "" },
        { """IsMatch(attributes["a"], "^$")""", "empty" },
        { """ span.attributes["a"] == "abc" """, "abc" },
        { """ span.name == "k" """, "kinds" },
        { """span.kind == 9""", "kinds" },
        { """span.status.code == 7""", "kinds" },
        { """ resource.attributes["env"] == "prod" """, "abc b bytes dbl2.5 dbl200 empty false int200 int5 list map nil str true" },
        { """IsMatch(attributes["a"], "(?i)ABC")""", "abc" },
        { """name == "s-str" and true""", "str" },
        { """ false or name == "k" """, "kinds" },
        { """kind==SPAN_KIND_SERVER""", "missing" },
        { """resource.attributes["nope"] == nil""", "abc b bytes dbl2.5 dbl200 empty false int200 int5 kinds list map missing nil str true" },
        { """name == nil""", "" },
    };

    [Theory]
    [MemberData(nameof(OfAttributes))]
    [MemberData(nameof(OfOthers))]
    public void A_condition_holds_where_it_does_in_the_Collector(string condition, string services)
    {
        RecordFolder folder = new(SpanRules.Counting(CountRules.Make(CountRules.Of("m", condition))));
        List<string> counted = [];
        foreach ((string service, byte[] record) in Requests())
        {
            Assert.False(folder.Fold(record).Exists);
            if (folder.Staged.CountedCount > 0)
            {
                counted.Add(service);
            }
        }

        Assert.Equal(services, string.Join(' ', counted.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("span.name == \"x\"", 2)]
    [InlineData("span.attributes[\"spanonly\"] == \"so\"", 2)]
    [InlineData("attributes[\"a\"] == \"event\"", 1)]
    [InlineData("name == \"e2\"", 1)]
    [InlineData("spanevent.name == \"e2\" and span.kind == SPAN_KIND_SERVER", 1)]
    [InlineData("attributes[\"spanonly\"] == \"so\"", 0)]
    [InlineData("spanevent.attributes[\"a\"] == \"event\" and resource.attributes[\"c\"] == \"res\"", 1)]
    [InlineData("STATUS_CODE_UNSET == 0", 2)]
    public void Conditions_on_events_see_event_span_and_resource(string condition, int events)
    {
        RecordFolder folder = new(SpanRules.Counting(CountRules.Make(CountRules.OfEvents("m", condition))));
        Assert.False(folder.Fold(Ordered()).Exists);
        Assert.Equal((events, 2, 3), (folder.Staged.CountedCount, folder.Staged.Events, folder.Staged.Spans));
    }

    // As a Collector v0.158 counted them.
    [Fact]
    public void Attributes_are_looked_for_in_the_span_or_event_then_in_scope_and_resource()
    {
        Assert.Equal(["a=Absent:", "a=String:scope", "a=String:span"], Series("a", ofEvents: false));
        Assert.Equal(["b=String:scope", "b=String:scope", "b=String:scope"], Series("b", ofEvents: false));
        Assert.Equal(["c=String:res", "c=String:res", "c=String:res"], Series("c", ofEvents: false));
        Assert.Equal(["d=Absent:"], Series("d", ofEvents: false));
        Assert.Equal(["spanonly=String:so"], Series("spanonly", ofEvents: false));
        Assert.Equal([], Series("nope", ofEvents: false));
        Assert.Equal(["a=String:event", "a=String:scope"], Series("a", ofEvents: true));
        Assert.Equal([], Series("spanonly", ofEvents: true));
        Assert.Equal(["c=String:res", "c=String:res"], Series("c", ofEvents: true));
    }

    [Fact]
    public void A_default_has_the_kind_that_it_was_written_in()
    {
        CountRule rule = new("m", IsOfEvents: false)
        {
            Attributes =
            [
                new("n", "5") { DefaultKind = Core.Otlp.TextKind.Int }, new("o", "2.5") { DefaultKind = Core.Otlp.TextKind.Double },
                new("p", "false") { DefaultKind = Core.Otlp.TextKind.Bool }, new("q", ""), new("r", "5"), new("d", "not used"),
            ],
        };
        Assert.Equal(
            "Counted n=Int:5 o=Double:2.5 p=Bool:false q=Absent: r=String:5 d=Absent:",
            Folded.Series(SpanRules.Counting([rule]), Ordered())[2]);
    }

    private static List<string> Series(string attribute, bool ofEvents)
    {
        CountRule rule = new("m", ofEvents) { Attributes = [new DimensionRule(attribute)] };
        return [.. Folded.Series(SpanRules.Counting([rule]), Ordered()).Select(series => series["Counted ".Length..]).Order(StringComparer.Ordinal)];
    }

    private static byte[] Ordered()
    {
        Span first = Traces.Span("x", Traces.Text("a", "span"), Traces.Text("spanonly", "so"));
        first.Events.Add(new Span.Types.Event { Name = "e1", Attributes = { Traces.Text("a", "event") } });
        first.Events.Add(new Span.Types.Event { Name = "e2" });
        ScopeSpans spans = new()
        {
            Scope = new InstrumentationScope { Name = "sc", Attributes = { Traces.Text("a", "scope"), Traces.Text("b", "scope") } },
            Spans = { first, Traces.Span("y"), Traces.Span("z", Traces.Attribute("d", new AnyValue()), Traces.Text("a", "")) },
        };
        Resource resource = new() { Attributes = { Traces.Text("a", "res"), Traces.Text("b", "res"), Traces.Text("c", "res") } };
        return new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { Resource = resource, ScopeSpans = { spans } } } }.ToByteArray();
    }

    private static IEnumerable<(string Service, byte[] Record)> Requests()
    {
        foreach ((string service, AnyValue value) in Values)
        {
            Span span = Traces.Span("s-" + service, Traces.Attribute("a", value));
            span.Kind = Span.Types.SpanKind.Internal;
            yield return (service, Traces.Request([Traces.Text("r", "res"), Traces.Text("env", "prod")], span));
        }

        Span missing = Traces.Span("GET /x");
        missing.Status = new Status { Code = Status.Types.StatusCode.Error };
        yield return ("missing", Traces.Request([Traces.Text("service.name", "missing")], missing));
        Span kinds = Traces.Span("k");
        kinds.Kind = (Span.Types.SpanKind)9;
        kinds.Status = new Status { Code = (Status.Types.StatusCode)7 };
        yield return ("kinds", Traces.Request([Traces.Text("service.name", "kinds")], kinds));
    }
}
