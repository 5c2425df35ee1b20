using BenchmarkDotNet.Attributes;
using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Benchmarks.Micro;

/// <summary>A cut in which every series has an entry, into the blocks of four shards.</summary>
public class DeltaBlockBuilderBenchmark : CorpusBenchmark
{
    private const int Shards = 4;

    private static readonly DeltaHeader Header = new(0, ByteString.Empty, 0, 0, 1, 1, 0);

    /// <summary>One cut.</summary>
    [Benchmark(Description = "build the blocks of a cut")]
    public IReadOnlyList<DeltaBlock>[] Build() =>
        new DeltaBlockBuilder(Shards, ArticleRules.Histogram).Build(Pipeline.Folder.Freeze(), Pipeline.Accumulator, Header);
}
