using BenchmarkDotNet.Attributes;
using StreamSpanMetrics.Core.Histograms;

namespace StreamSpanMetrics.Benchmarks.Micro;

/// <summary>The search for the bucket of a duration.</summary>
[MemoryDiagnoser]
public class ExplicitBoundsBenchmark
{
    private const int Durations = 10_000;
    private const int Seed = 1;

    private readonly ExplicitBounds bounds = new(ArticleRules.Histogram);
    private readonly ulong[] durationsNanos = new ulong[Durations];

    /// <summary>Draws durations from a microsecond to ten seconds, each magnitude as often.</summary>
    [GlobalSetup]
    public void Draw()
    {
#pragma warning disable CA5394 // A benchmark needs repeatable numbers, not secret ones.
        Random random = new(Seed);
        for (int index = 0; index < Durations; index++)
        {
            durationsNanos[index] = (ulong)Math.Pow(10, 3 + (random.NextDouble() * 7));
        }
#pragma warning restore CA5394
    }

    /// <summary>One look-up, on average.</summary>
    [Benchmark(Description = "find a bucket", OperationsPerInvoke = Durations)]
    public int BucketOf()
    {
        int sum = 0;
        foreach (ulong duration in durationsNanos)
        {
            sum += bounds.BucketOf(duration);
        }

        return sum;
    }
}
