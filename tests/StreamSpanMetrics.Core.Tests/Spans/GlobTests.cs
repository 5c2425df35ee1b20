using System.Text;
using System.Text.RegularExpressions;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Spans;

/// <summary>Dimensions by pattern.</summary>
public sealed class GlobTests
{
    private static readonly SpanRules Rules = new()
    {
        IncludeServiceName = false,
        IncludeSpanName = false,
        IncludeSpanKind = false,
        IncludeStatusCode = false,
    };

    [Theory]
    [InlineData("app.*", "app.a", true)]
    [InlineData("app.*", "app.", true)]
    [InlineData("app.*", "app.a.b", false)]
    [InlineData("app.**", "app.a.b", true)]
    [InlineData("*", "a", true)]
    [InlineData("*", "a.b", false)]
    [InlineData("k8s.*.name", "k8s.pod.name", true)]
    [InlineData("k8s.*.name", "k8s.pod.label.name", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a.c", false)]
    [InlineData("a?c", "a😀c", true)]
    [InlineData("a[b-d]e", "ace", true)]
    [InlineData("a[b-d]e", "aee", false)]
    [InlineData("a[!b-d]e", "aee", true)]
    [InlineData("a[!b]e", "a.e", true)]
    [InlineData("a[bcd]e", "ade", true)]
    [InlineData("a[b^]e", "a^e", true)]
    [InlineData("{a,b.*}.c", "b.x.c", true)]
    [InlineData("{a,b{c,d}}", "bd", true)]
    [InlineData("a\\*", "a*", true)]
    [InlineData("a\\*", "ab", false)]
    [InlineData("a,b}", "a,b}", true)]
    [InlineData("(a+|b)$", "(a+|b)$", true)]
    [InlineData("a", "a\n", false)]
    [InlineData("**", "a\nb", true)]
    [InlineData("A", "a", false)]
    public void A_pattern_matches_whole_names(string glob, string name, bool expected)
    {
        Assert.True(GlobPattern.TryTranslate(glob, out string regex, out string problem), problem);
        Assert.Equal(expected, Regex.IsMatch(name, regex, TextCondition.Options));
        Assert.Equal(expected, NaiveGlob.Matches(glob, name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("a[b")]
    [InlineData("[]")]
    [InlineData("[!]")]
    [InlineData("[b-a]")]
    [InlineData("[a-z0-9]")]
    [InlineData("{a,b")]
    [InlineData("a\\")]
    [InlineData("[😀]")]
    public void What_is_no_pattern_is_refused(string glob)
    {
        Assert.False(GlobPattern.TryTranslate(glob, out _, out string problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Made_up_patterns_match_as_trying_everything_does()
    {
        Random random = Seeded.Random(21);
        string[] parts = ["a", "b", ".", "*", "**", "?", "[ab]", "[!a]", "[a-c]", "{a,b.}", "{c*c,b{a,.}}", "\\*", "é"];
        int matched = 0;
        for (int round = 0; round < 3_000; round++)
        {
            string glob = string.Concat(Enumerable.Range(0, 1 + random.Next(5)).Select(_ => parts[random.Next(parts.Length)]));
            Assert.True(GlobPattern.TryTranslate(glob, out string pattern, out _), glob);
            Regex regex = new(pattern, TextCondition.Options);
            for (int tries = 0; tries < 20; tries++)
            {
                string name = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => "aab..cé*"[random.Next(8)]));
                bool expected = NaiveGlob.Matches(glob, name);
                Assert.True(expected == regex.IsMatch(name), $"'{glob}' and '{name}': {expected}");
                matched += expected ? 1 : 0;
            }
        }

        Assert.InRange(matched, 3_000, 50_000);
    }

    [Fact]
    public void The_span_comes_before_the_resource()
    {
        KeyValue[] resource =
        [
            Traces.Text("k8s.pod.name", "resource"), Traces.Text("k8s.node.name", "n"), Traces.Text("k8s.pod.label.name", "x"),
            Traces.Text("k8s.a.name", "r"),
        ];
        Assert.Equal(
            ["Spans k8s.node.name=String:n k8s.pod.name=String:span"],
            Folded.Series(
                Rules with { Dimensions = [Glob("k8s.*.name")] },
                Traces.Request(resource, Traces.Span("a", Traces.Text("k8s.pod.name", "span"), Traces.Attribute("k8s.a.name", null)))));
    }

    [Fact]
    public void The_order_and_the_origin_of_attributes_do_not_matter()
    {
        SpanRules rules = Rules with { Dimensions = [Glob("a*"), Glob("*b")] };
        KeyValue one = Traces.Text("a1", "1");
        KeyValue two = Traces.Attribute("ab", new AnyValue { IntValue = 2 });
        string[] series =
        [
            .. Folded.Series(rules, Traces.Request([], Traces.Span("a", one, two), Traces.Span("a", two, one, two))),
            .. Folded.Series(rules, Traces.Request([two], Traces.Span("a", one))),
            .. Folded.Series(rules, Traces.Request([one], Traces.Span("a", two))),
        ];
        Assert.Equal(Enumerable.Repeat("Spans a1=String:1 ab=Int:2", 4), series);
    }

    [Fact]
    public void So_many_names_at_most()
    {
        KeyValue[] attributes = [.. Enumerable.Range(0, 1_000).Select(index => Traces.Text($"a{index:D3}", "v"))];
        Seeded.Random(3).Shuffle(attributes);
        string expected = "Spans" + string.Concat(Enumerable.Range(0, 32).Select(index => $" a{index:D3}=String:v"));
        SpanRules rules = Rules with { Dimensions = [Glob("a*")] };
        Assert.Equal([expected], Folded.Series(rules, Traces.Request([], Traces.Span("a", attributes))));
        Assert.Equal([expected], Folded.Series(rules, Traces.Request(attributes[..500], Traces.Span("a", attributes[500..]))));
    }

    [Fact]
    public void A_name_of_its_own_wins_in_any_list()
    {
        SpanRules rules = Rules with
        {
            Dimensions = [Glob("a.*")],
            CallsDimensions = [new DimensionRule("a.b", "none")],
            EventsEnabled = true,
            EventsDimensions = [Glob("e.*")],
        };
        Span span = Traces.Span("a", Traces.Text("a.b", "1"), Traces.Text("e.x", "span"));
        span.Events.Add(Traces.Event(Traces.Text("e.x", "event"), Traces.Text("e.y", "event"), Traces.Text("a.c", "event")));
        Assert.Equal(
            ["Duration a.b=String:1", "Calls a.b=String:1", "Events a.b=String:1 a.c=String:event e.x=String:span e.y=String:event"],
            Folded.Series(rules, Traces.Request([], span)));
    }

    [Fact]
    public void Names_that_are_no_text_or_too_long_match_nothing()
    {
        SpanRules rules = Rules with { Dimensions = [Glob("a*")] };
        string longest = new('a', SpanRules.MaxResourceNameBytes);
        byte[] record = Traces.Request([], Traces.Span("a", Traces.Text(longest + "a", "1"), Traces.Text("aXX", "2"), Traces.Text(longest, "3")));
        int place = record.AsSpan().IndexOf(Encoding.UTF8.GetBytes("aXX"));
        record[place + 1] = 0xFF;
        Assert.Equal([$"Spans {longest}=String:3"], Folded.Series(rules, record));
    }

    private static DimensionRule Glob(string pattern) => new("") { Glob = pattern };
}
