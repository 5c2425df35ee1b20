using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Benchmarks;

/// <summary>The settings of the article: two HTTP dimensions, twelve bounds, no status code, events on.</summary>
internal static class ArticleRules
{
    private const long Millisecond = 1_000_000;

    /// <summary>Meaning of a span.</summary>
    public static readonly SpanRules Spans = new()
    {
        Dimensions = [new DimensionRule("http.method", "GET"), new DimensionRule("http.status_code")],
        IncludeStatusCode = false,
        EventsEnabled = true,
        EventsDimensions = [new DimensionRule("exception.type"), new DimensionRule("exception.message")],
    };

    /// <summary>Bounds of the duration metric.</summary>
    public static readonly HistogramRules Histogram = new()
    {
        BoundsNanos =
        [
            Millisecond, 10 * Millisecond, 100 * Millisecond, 200 * Millisecond, 300 * Millisecond, 400 * Millisecond,
            500 * Millisecond, 600 * Millisecond, 700 * Millisecond, 800 * Millisecond, 900 * Millisecond, 1000 * Millisecond,
        ],
    };
}
