using BenchmarkDotNet.Attributes;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Benchmarks.Micro;

/// <summary>The walk over the bytes alone: every span's fields and two of its attributes, nothing kept.</summary>
public class TraceReaderBenchmark : CorpusBenchmark
{
    private readonly SpanView view = new(new AttributeSelector(["http.method", "http.status_code"]));

    /// <summary>One pass over the corpus.</summary>
    [Benchmark(Description = "walk a corpus")]
    public ulong Walk()
    {
        ulong durations = 0;
        foreach (byte[] record in Records)
        {
            TraceReader reader = new(record);
            while (reader.MoveToNextResource())
            {
                while (reader.MoveToNextSpan(view))
                {
                    durations += view.DurationNanos;
                }
            }
        }

        return durations;
    }
}
