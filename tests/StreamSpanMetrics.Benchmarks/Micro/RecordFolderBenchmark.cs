using BenchmarkDotNet.Attributes;

namespace StreamSpanMetrics.Benchmarks.Micro;

/// <summary>From bytes to counted observations: what an aggregate thread does for each record.</summary>
public class RecordFolderBenchmark : CorpusBenchmark
{
    /// <summary>One pass over the corpus.</summary>
    [Benchmark(Description = "fold and add a corpus")]
    public long FoldAndAdd() => Pipeline.Pass(Records);
}
