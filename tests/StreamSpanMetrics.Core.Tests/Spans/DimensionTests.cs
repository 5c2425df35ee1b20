using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Spans;

/// <summary>Which values a span's series has, read from its rendered key.</summary>
public sealed class DimensionTests
{
    private static readonly KeyValue[] Shop = [Traces.Text("service.name", "shop")];

    private static readonly SpanRules Custom = new()
    {
        Dimensions = [new DimensionRule("custom", "fallback")],
        IncludeServiceName = false,
        IncludeSpanKind = false,
        IncludeStatusCode = false,
    };

    [Fact]
    public void Built_in_dimensions_have_the_texts_of_the_connector()
    {
        Span span = Traces.Span("GET /");
        span.Status = new Status { Code = Status.Types.StatusCode.Error, Message = "failed" };
        Assert.Equal(
            [
                "Spans service.name=String:shop span.name=String:GET / "
                + "span.kind=String:SPAN_KIND_SERVER status.code=String:STATUS_CODE_ERROR",
            ],
            Folded.Series(new SpanRules(), Traces.Request(Shop, span)));
    }

    [Fact]
    public void Names_and_values_of_every_length_come_through_whole()
    {
        RecordFolder folder = new(Custom);
        for (int length = 1; length < 150; length++)
        {
            string name = new('n', length);
            string value = new('v', 150 - length);
            Span[] spans = [Traces.Span(name, Traces.Text("custom", value)), Traces.Span(value, Traces.Text("custom", name))];
            Assert.Equal(
                [$"Spans span.name=String:{name} custom=String:{value}", $"Spans span.name=String:{value} custom=String:{name}"],
                Folded.Series(folder, Traces.Request(Shop, spans)));
        }

        Assert.Equal(2 * 149, folder.Series.Count);
    }

    [Theory]
    [InlineData(0, "String:SPAN_KIND_UNSPECIFIED")]
    [InlineData(1, "String:SPAN_KIND_INTERNAL")]
    [InlineData(2, "String:SPAN_KIND_SERVER")]
    [InlineData(3, "String:SPAN_KIND_CLIENT")]
    [InlineData(4, "String:SPAN_KIND_PRODUCER")]
    [InlineData(5, "String:SPAN_KIND_CONSUMER")]
    [InlineData(6, "Absent:")]
    [InlineData(99, "Absent:")]
    [InlineData(256, "Absent:")]
    [InlineData(-1, "Absent:")]
    public void A_kind_outside_the_specification_has_no_text(int kind, string expected)
    {
        Span span = Traces.Span("a");
        span.Kind = (Span.Types.SpanKind)kind;
        SpanRules rules = Custom with { IncludeSpanKind = true, Dimensions = [] };
        Assert.Equal([$"Spans span.name=String:a span.kind={expected}"], Folded.Series(rules, Traces.Request(Shop, span)));
    }

    [Theory]
    [InlineData(0, "String:STATUS_CODE_UNSET")]
    [InlineData(1, "String:STATUS_CODE_OK")]
    [InlineData(2, "String:STATUS_CODE_ERROR")]
    [InlineData(3, "Absent:")]
    [InlineData(77, "Absent:")]
    [InlineData(258, "Absent:")]
    [InlineData(-2, "Absent:")]
    public void A_status_outside_the_specification_has_no_text(int code, string expected)
    {
        Span span = Traces.Span("a");
        span.Status = new Status { Code = (Status.Types.StatusCode)code };
        SpanRules rules = Custom with { IncludeStatusCode = true, Dimensions = [] };
        Assert.Equal([$"Spans span.name=String:a status.code={expected}"], Folded.Series(rules, Traces.Request(Shop, span)));
    }

    [Theory]
    [InlineData(0, "Absent:")]
    [InlineData(1, "String:OK")]
    [InlineData(2, "String:ERROR")]
    [InlineData(3, "Absent:")]
    public void The_status_of_the_newer_convention_has_no_text_where_it_is_unset(int code, string expected)
    {
        Span span = Traces.Span("a");
        span.Status = new Status { Code = (Status.Types.StatusCode)code };
        SpanRules rules = Custom with { IncludeStatusCode = true, UseOtelStatusCode = true, Dimensions = [] };
        Assert.Equal([$"Spans span.name=String:a otel.status_code={expected}"], Folded.Series(rules, Traces.Request(Shop, span)));
    }

    [Fact]
    public void The_span_comes_before_the_resource_and_the_resource_before_the_default()
    {
        KeyValue[] resource = [.. Shop, Traces.Text("custom", "of resource")];
        Assert.Equal("String:of span", One(resource, Traces.Text("custom", "of span")));
        Assert.Equal("String:of resource", One(resource));
        Assert.Equal("String:fallback", One(Shop));
    }

    [Fact]
    public void An_empty_value_hides_what_comes_behind_it_and_is_absent()
    {
        KeyValue[] resource = [.. Shop, Traces.Text("custom", "of resource")];
        Assert.Equal("Absent:", One(resource, Traces.Text("custom", "")));
        Assert.Equal("Absent:", One(resource, Traces.Attribute("custom", null)));
        Assert.Equal("Absent:", One(resource, Traces.Attribute("custom", new AnyValue())));
        Assert.Equal("Absent:", One([.. Shop, Traces.Text("custom", "")]));
        Assert.Equal("Absent:", One([.. Shop, Traces.Attribute("custom", null)]));
    }

    [Fact]
    public void The_first_of_several_attributes_of_one_name_counts()
    {
        Assert.Equal("String:1st", One(Shop, Traces.Text("custom", "1st"), Traces.Text("custom", "2nd")));
        Assert.Equal("Absent:", One(Shop, Traces.Text("custom", ""), Traces.Text("custom", "2nd")));
        Assert.Equal("String:1st", One([.. Shop, Traces.Text("custom", "1st"), Traces.Text("custom", "2nd")]));
    }

    [Fact]
    public void A_value_keeps_its_kind()
    {
        Assert.Equal("Int:-5", One(Shop, Traces.Attribute("custom", new AnyValue { IntValue = -5 })));
        Assert.Equal("Bool:true", One(Shop, Traces.Attribute("custom", new AnyValue { BoolValue = true })));
        Assert.Equal("Double:0.5", One([.. Shop, Traces.Attribute("custom", new AnyValue { DoubleValue = 0.5 })]));
        Assert.Equal("String:AQI=", One(Shop, Traces.Attribute("custom", new AnyValue { BytesValue = ByteString.CopyFrom(1, 2) })));
    }

    [Fact]
    public void Events_look_at_the_span_then_at_the_event_then_at_the_resource()
    {
        SpanRules rules = Custom with { EventsEnabled = true, EventsDimensions = [new DimensionRule("kind", "none")] };
        Span bare = Traces.Span("a");
        bare.Events.Add(Traces.Event(Traces.Text("custom", "of event"), Traces.Text("kind", "one"), Traces.Text("kind", "two")));
        bare.Events.Add(Traces.Event());
        bare.Events.Add(Traces.Event(Traces.Text("custom", "")));
        Span own = Traces.Span("b", Traces.Text("custom", "of span"));
        own.Events.Add(Traces.Event(Traces.Text("custom", "of event")));
        KeyValue[] resource = [.. Shop, Traces.Text("custom", "of resource")];
        Assert.Equal(
            [
                "Spans span.name=String:a custom=String:of resource",
                "Spans span.name=String:b custom=String:of span",
                "Events span.name=String:a custom=String:of event kind=String:one",
                "Events span.name=String:a custom=String:of resource kind=String:none",
                "Events span.name=String:a custom=Absent: kind=String:none",
                "Events span.name=String:b custom=String:of span kind=String:none",
            ],
            Folded.Series(rules, Traces.Request(resource, bare, own)));
    }

    [Fact]
    public void Aliases_are_looked_for_in_order_on_the_span_before_any_name_on_the_resource()
    {
        SpanRules rules = Custom with { Dimensions = [new DimensionRule("new", "fallback") { Aliases = ["old", "oldest"] }] };
        KeyValue[] resource = [.. Shop, Traces.Text("oldest", "3 of resource"), Traces.Text("old", "2 of resource")];
        KeyValue[] newer = [.. resource, Traces.Text("new", "1 of resource")];
        Assert.Equal("String:1", One(rules, newer, "new", Traces.Text("oldest", "3"), Traces.Text("old", "2"), Traces.Text("new", "1")));
        Assert.Equal("String:2", One(rules, newer, "new", Traces.Text("oldest", "3"), Traces.Text("old", "2")));
        Assert.Equal("String:3", One(rules, newer, "new", Traces.Text("oldest", "3")));
        Assert.Equal("String:1 of resource", One(rules, newer, "new"));
        Assert.Equal("String:2 of resource", One(rules, resource, "new"));
        Assert.Equal("String:fallback", One(rules, Shop, "new"));
        Assert.Equal("Absent:", One(rules, resource, "new", Traces.Text("new", ""), Traces.Text("old", "2")));
        Assert.Equal("Absent:", One(rules, [.. Shop, Traces.Text("old", ""), Traces.Text("oldest", "3")], "new"));
    }

    [Fact]
    public void An_alias_may_be_a_dimension_of_its_own()
    {
        SpanRules rules = Custom with
        {
            Dimensions = [new DimensionRule("a") { Aliases = ["b"] }, new DimensionRule("b") { Aliases = ["c"] }, new DimensionRule("c")],
        };
        Assert.Equal(
            [
                "Spans span.name=String:1 a=Absent: b=String:x c=String:x", "Spans span.name=String:2 a=String:x b=String:x c=Absent:",
                "Spans span.name=String:3 a=String:x b=Absent: c=Absent:",
            ],
            Folded.Series(rules, Traces.Request(
                Shop, Traces.Span("1", Traces.Text("c", "x")), Traces.Span("2", Traces.Text("b", "x")), Traces.Span("3", Traces.Text("a", "x")))));
    }

    [Fact]
    public void Names_and_aliases_of_an_event_come_behind_those_of_its_span()
    {
        SpanRules rules = Custom with
        {
            Dimensions = [],
            EventsEnabled = true,
            EventsDimensions = [new DimensionRule("error.type", "none") { Aliases = ["exception.type"] }],
        };
        Span bare = Traces.Span("a");
        bare.Events.Add(Traces.Event(Traces.Text("exception.type", "of event")));
        bare.Events.Add(Traces.Event());
        Span own = Traces.Span("b", Traces.Text("exception.type", "of span"));
        own.Events.Add(Traces.Event(Traces.Text("error.type", "of event")));
        Assert.Equal(
            [
                "Events span.name=String:a error.type=String:of event", "Events span.name=String:a error.type=String:none",
                "Events span.name=String:b error.type=String:of span",
            ],
            Folded.Series(rules, Traces.Request(Shop, bare, own)).Where(series => series.StartsWith("Events", StringComparison.Ordinal)));
    }

    [Fact]
    public void Calls_and_duration_apart_have_their_own_dimensions()
    {
        SpanRules rules = Custom with { CallsDimensions = [new DimensionRule("c")], HistogramDimensions = [new DimensionRule("d")] };
        Span span = Traces.Span("a", Traces.Text("c", "1"), Traces.Text("d", "2"));
        Assert.Equal(
            [
                "Duration span.name=String:a custom=String:fallback d=String:2",
                "Calls span.name=String:a custom=String:fallback c=String:1",
            ],
            Folded.Series(rules, Traces.Request(Shop, span)));
    }

    [Fact]
    public void Excluded_dimensions_do_not_part_series()
    {
        SpanRules rules = Custom with { IncludeSpanName = false, Dimensions = [] };
        Span error = Traces.Span("b");
        error.Kind = Span.Types.SpanKind.Client;
        error.Status = new Status { Code = Status.Types.StatusCode.Error };
        RecordFolder folder = new(rules);
        Assert.Equal(["Spans", "Spans"], Folded.Series(folder, Traces.Request(Shop, Traces.Span("a"), error)));
        Assert.Equal(1, folder.Series.Count);
    }

    [Fact]
    public void Long_values_and_names_go_into_the_key_up_to_the_limit()
    {
        string text = new('v', SpanRules.MaxValueBytes);
        Span span = Traces.Span(new string('n', 300), Traces.Text("custom", text));
        Span longer = Traces.Span(new string('n', 300), Traces.Text("custom", text + "more"));
        string[] expected = [$"Spans span.name=String:{span.Name} custom=String:{text}"];
        Assert.Equal(expected, Folded.Series(Custom, Traces.Request(Shop, span)));
        Assert.Equal(expected, Folded.Series(Custom, Traces.Request(Shop, longer)));
    }

    [Fact]
    public void A_cut_falls_between_characters()
    {
        string text = new('v', SpanRules.MaxValueBytes - 1);
        Span span = Traces.Span("a", Traces.Text("custom", text + "é"));
        Assert.Equal([$"Spans span.name=String:a custom=String:{text}"], Folded.Series(Custom, Traces.Request(Shop, span)));
    }

    [Fact]
    public void A_limit_on_labels_cuts_all_values_between_characters_before_they_part_series()
    {
        SpanRules rules = Custom with { IncludeServiceName = true, MaxLabelBytes = 32 };
        string fits = new('v', 31);
        RecordFolder folder = new(rules);
        byte[] record = Traces.Request(
            [Traces.Text("service.name", "shop" + new string('s', 40))],
            Traces.Span(fits + "é", Traces.Text("custom", fits + "é1")),
            Traces.Span(fits + "ü", Traces.Text("custom", fits + "\U0001F600")),
            Traces.Span(fits, Traces.Text("custom", fits)));
        Assert.Equal(
            [$"Spans service.name=String:shop{new string('s', 28)} span.name=String:{fits} custom=String:{fits}"],
            Folded.Series(folder, record).Distinct());
        // Once for each of the keys that were rendered: the service's name in all three, name and value in two.
        Assert.Equal(7, folder.TextCounters.TooLong);
    }

    [Fact]
    public void The_least_limit_cuts_no_number()
    {
        SpanRules rules = Custom with { MaxLabelBytes = SpanRules.MinLabelBytes };
        AnyValue[] longest = [new() { IntValue = long.MinValue }, new() { DoubleValue = -double.Epsilon }, new() { DoubleValue = double.MinValue }];
        foreach (AnyValue value in longest)
        {
            byte[] record = Traces.Request(Shop, Traces.Span("a", new KeyValue { Key = "custom", Value = value }));
            Assert.Equal(Folded.Series(Custom, record), Folded.Series(rules, record));
        }
    }

    [Fact]
    public void An_invalid_span_name_is_mended_and_counted()
    {
        byte[] record = Traces.Request(Shop, Traces.Span("aXXb"));
        record[record.AsSpan().IndexOf("XX"u8)] = 0xC3;
        record[record.AsSpan().IndexOf("X"u8)] = 0x28;
        RecordFolder folder = new(Custom with { Dimensions = [] });
        Assert.Equal(["Spans span.name=String:a\uFFFD(b"], Folded.Series(folder, record));
        Assert.Equal(1, folder.TextCounters.InvalidUtf8);
    }

    /// <summary>The value of <c>custom</c> of a span with these attributes.</summary>
    private static string One(KeyValue[] resource, params KeyValue[] attributes) => One(Custom, resource, "custom", attributes);

    private static string One(SpanRules rules, KeyValue[] resource, string dimension, params KeyValue[] attributes)
    {
        string series = Assert.Single(Folded.Series(rules, Traces.Request(resource, Traces.Span("a", attributes))));
        string start = $"Spans span.name=String:a {dimension}=";
        Assert.StartsWith(start, series, StringComparison.Ordinal);
        return series[start.Length..];
    }
}
