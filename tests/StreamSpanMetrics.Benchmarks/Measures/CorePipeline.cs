using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>Decode, dimensions, series table and histogram with the article's settings, as an aggregate thread does it.</summary>
internal sealed class CorePipeline
{
    private long step;

    /// <summary>The way from bytes to observations.</summary>
    public RecordFolder Folder { get; } = new(ArticleRules.Spans);

    /// <summary>What the last pass added.</summary>
    public DeltaAccumulator Accumulator { get; } = new(new ExplicitBounds(ArticleRules.Histogram));

    /// <summary>Counts all records in a step of their own, after forgetting what was counted before; returns the spans.</summary>
    public long Pass(List<byte[]> records)
    {
        Accumulator.Clear();
        step++;
        long spans = 0;
        foreach (byte[] record in records)
        {
            DecodeProblem problem = Folder.Fold(record);
            if (problem.Exists)
            {
                throw new InvalidDataException($"The corpus has a broken record: {problem}.");
            }

            Accumulator.Add(Folder.Staged, step);
            spans += Folder.Staged.Spans;
        }

        return spans;
    }
}
