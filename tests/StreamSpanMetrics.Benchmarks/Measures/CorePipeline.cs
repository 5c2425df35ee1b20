using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Otlp.Json;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>Decode, dimensions, series table and histogram, as an aggregate thread does it.</summary>
internal sealed class CorePipeline
{
    private readonly TraceJsonTranscoder transcoder = new();
    private long step;

    /// <summary>With the article's settings.</summary>
    public CorePipeline()
        : this(ArticleRules.Spans, ArticleRules.Histogram)
    {
    }

    /// <summary>With other settings.</summary>
    public CorePipeline(SpanRules spans, HistogramRules histogram)
    {
        Folder = new RecordFolder(spans);
        Accumulator = new DeltaAccumulator(new ExplicitBounds(histogram), histogram.Shape.IsExponential, spans.MaxExemplars);
    }

    /// <summary>The way from bytes to observations.</summary>
    public RecordFolder Folder { get; }

    /// <summary>What the last pass added.</summary>
    public DeltaAccumulator Accumulator { get; }

    /// <summary>Counts all records in a step of their own, after forgetting what was counted before; returns the spans.</summary>
    public long Pass(List<byte[]> records)
    {
        Begin();
        long spans = 0;
        foreach (byte[] record in records)
        {
            spans += Count(record);
        }

        return spans;
    }

    /// <summary>The same for records in OTLP JSON.</summary>
    public long PassJson(List<byte[]> records)
    {
        Begin();
        long spans = 0;
        foreach (byte[] record in records)
        {
            Check(transcoder.Transcode(record));
            spans += Count(transcoder.Record);
        }

        return spans;
    }

    private void Begin()
    {
        Accumulator.Clear();
        step++;
    }

    private long Count(ReadOnlySpan<byte> record)
    {
        Check(Folder.Fold(record));
        Accumulator.Add(Folder.Staged, step);
        return Folder.Staged.Spans;
    }

    private static void Check(DecodeProblem problem)
    {
        if (problem.Exists)
        {
            throw new InvalidDataException($"The corpus has a broken record: {problem}.");
        }
    }
}
