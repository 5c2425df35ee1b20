namespace StreamSpanMetrics.Benchmarks.Corpora;

/// <summary>What a generated corpus is like. Equal shapes give equal bytes.</summary>
/// <param name="SpanSeries">Different sets of dimensions that spans have under the article's settings.</param>
/// <param name="SpansPerRecord">
/// Spans of a record: from 10 on two resources share them, below there is one, as in topics with one record per trace.
/// </param>
/// <param name="Spans">Spans of all records together.</param>
/// <param name="Seed">Start of the random numbers.</param>
/// <param name="Descending">Whether fields come in descending order, as the Collector writes them, or ascending, as SDKs do.</param>
internal sealed record CorpusShape(int SpanSeries, int SpansPerRecord, int Spans, int Seed = 1, bool Descending = true)
{
    private const int LeastSpans = 200_000;
    private const int LeastSpansOfBatch = 10;

    /// <summary>Whether a record is an export batch, with spans of many traces and two resources, and not one trace.</summary>
    public bool HasManyTracesInRecord => SpansPerRecord >= LeastSpansOfBatch;

    /// <summary>
    /// The shape whose series, those of the events of failed spans included, are about <paramref name="series"/>; with twice as many
    /// spans as series, so that each one occurs, but not fewer than 200,000.
    /// </summary>
    public static CorpusShape ForSeries(int series, int spansPerRecord, int? spans = null, int seed = 1, bool descending = true) =>
        // One span series in OneErrorIn fails, and its event is a series too.
        new(
            (int)((long)series * SpanMaker.OneErrorIn / (SpanMaker.OneErrorIn + 1)),
            spansPerRecord,
            spans ?? Math.Max(LeastSpans, 2 * series),
            seed,
            descending);
}
