using System.Globalization;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Testing;
using StreamSpanMetrics.Testing.Golden;

namespace StreamSpanMetrics.Tests.Golden;

/// <summary>
/// Exemplars beside the connector's. It keeps those that come first, which depends on the order of arrival; we keep others, as many, and each
/// is a span that it could have kept. The connector attaches exemplars to one flush only, so its first flush is compared, which had all spans.
/// </summary>
public sealed class ExemplarGoldenTests
{
    private const int Most = 2;

    // Of several resources of the connector that are one here, each has exemplars of its own.
    private static readonly string[] Folded = ["edge-resorder", "edge-reskinds"];

    [Theory]
    [InlineData("edge")]
    [InlineData("flask")]
    public void A_point_has_as_many_exemplars_as_in_the_connector_and_each_is_a_span_of_the_input(string corpus)
    {
        GoldenCase golden = new("exemplars", corpus);
        GoldenPoints reader = new() { FoldedServices = Folded };
        SortedDictionary<string, GoldenPoint> theirs = reader.Read(FixtureFiles.ReadText($"golden/exemplars/{corpus}/flush-0.json"));
        SortedDictionary<string, GoldenPoint> ours = reader.Read(GoldenRun.OtlpJson(GoldenRun.Settings(golden), golden.Requests));
        ILookup<string, Span> spans = Spans(golden);
        int compared = 0;
        foreach (GoldenPoint point in theirs.Values.Where(point => point.Exemplars.Count > 0 && !Folded.Contains(point.Service)))
        {
            IReadOnlyList<string> exemplars = ours[point.Identity].Exemplars;
            bool isFull = point.Exemplars.Count == Most;
            Assert.Equal(point.Exemplars.Distinct().Count(), exemplars.Count);
            Assert.True(isFull || point.Exemplars.SequenceEqual(exemplars), point.Identity);
            Assert.All(point.Exemplars.Concat(exemplars), exemplar => AssertIsOf(point, exemplar, spans));
            compared += exemplars.Count;
        }

        Assert.True(compared > 50, $"{compared} exemplars");
        Assert.All(
            ours.Values.Where(point => point.Exemplars.Count > 0 && !theirs.ContainsKey(point.Identity) && !Folded.Contains(point.Service)),
            point => Assert.Equal("unknown_service", point.Service));
        Assert.All(
            theirs.Values.Where(point => point.Exemplars.Count == 0 && !Folded.Contains(point.Service)),
            point => Assert.Empty(ours[point.Identity].Exemplars));
    }

    private static void AssertIsOf(GoldenPoint point, string exemplar, ILookup<string, Span> spans) => Assert.True(
        spans[exemplar].Any(span =>
            // An empty name and a kind that is none are no attributes.
            (span.Name.Length == 0 || point.Identity.Contains($"span.name={span.Name}", StringComparison.Ordinal))
            && (!Enum.IsDefined(span.Kind)
                || point.Identity.Contains($"span.kind=SPAN_KIND_{span.Kind.ToString().ToUpperInvariant()}", StringComparison.Ordinal))),
        $"{point.Identity}: no span of the input is {exemplar}");

    // By ids and duration. Spans that were made by hand may share them.
    private static ILookup<string, Span> Spans(GoldenCase golden) => golden.Requests
        .SelectMany(request => ExportTraceServiceRequest.Parser.ParseFrom(request).ResourceSpans)
        .SelectMany(resource => resource.ScopeSpans)
        .SelectMany(scope => scope.Spans)
        .ToLookup(span =>
        {
            ulong nanos = span.EndTimeUnixNano > span.StartTimeUnixNano ? span.EndTimeUnixNano - span.StartTimeUnixNano : 0;
            string ids = $"{Convert.ToHexStringLower(span.TraceId.Span)} {Convert.ToHexStringLower(span.SpanId.Span)}";
            return string.Create(CultureInfo.InvariantCulture, $"{ids} {nanos / 1e6:R}");
        });
}
