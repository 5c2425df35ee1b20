using StreamSpanMetrics.Benchmarks.Corpora;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Benchmarks.Fuzzing;

/// <summary>Records of the span topic: reader, dimensions, tables, accumulator.</summary>
internal sealed class ReaderTarget : IFuzzTarget
{
    private static readonly SpanRules Rules = new()
    {
        Dimensions = [new DimensionRule("http.request.method", "GET"), new DimensionRule("http.response.status_code"), new DimensionRule("odd")],
        EventsEnabled = true,
        EventsDimensions = [new DimensionRule("exception.type")],
    };

    private readonly RecordFolder folder = new(Rules);
    private readonly DeltaAccumulator accumulator = new(new ExplicitBounds(new HistogramRules()));
    private readonly DeltaBlockBuilder blocks = new(shards: 2, new HistogramRules());
    private int records;

    /// <inheritdoc/>
    public string Name => "reader";

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new CorpusGenerator(CorpusShape.ForSeries(200, 3, 60)).Records(),
        .. new CorpusGenerator(CorpusShape.ForSeries(50, 20, 60, descending: false)).Records(),
    ];

    /// <inheritdoc/>
    public string Feed(byte[] input)
    {
        DecodeProblem problem = folder.Fold(input);
        StagedRecord staged = folder.Staged;
        accumulator.Add(staged, step: 1);
        string answer = $"{problem.Cause} {Rough(staged.Spans)} {Rough(staged.Events)} {Rough(staged.UnknownService)} {Rough(staged.EndBeforeStart)}";
        if (++records % 1000 == 0)
        {
            // As a cut does, and with it what bounds the tables.
            DeltaHeader header = new(7, Google.Protobuf.ByteString.Empty, 0, 0, 1, 1, 1000);
            answer += $" {Rough(blocks.Build(folder.Freeze(), accumulator, header).Sum(one => one.Count))}";
            accumulator.Clear();
            folder.ClearTables();
        }

        return answer;
    }

    private static int Rough(int count) => count == 0 ? 0 : (int)Math.Log2(count) + 1;
}
