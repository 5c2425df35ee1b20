using BenchmarkDotNet.Attributes;
using StreamSpanMetrics.Benchmarks.Corpora;
using StreamSpanMetrics.Benchmarks.Measures;

namespace StreamSpanMetrics.Benchmarks.Micro;

/// <summary>A benchmark over a generated corpus, whose series are all known when it begins.</summary>
[MemoryDiagnoser]
public abstract class CorpusBenchmark
{
    /// <summary>Series of the corpus.</summary>
    [Params(5_000, 200_000)]
    public int Series { get; set; }

    /// <summary>Spans of each record: a batch of a Collector, or one small trace.</summary>
    [Params(100, 3)]
    public int SpansPerRecord { get; set; }

    internal List<byte[]> Records { get; private set; } = [];

    internal CorePipeline Pipeline { get; private set; } = new();

    /// <summary>Generates the corpus and runs it once.</summary>
    [GlobalSetup]
    public void Generate()
    {
        Records = [.. new CorpusGenerator(CorpusShape.ForSeries(Series, SpansPerRecord)).Records()];
        Pipeline = new CorePipeline();
        Pipeline.Pass(Records);
    }
}
