using BenchmarkDotNet.Attributes;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using StreamSpanMetrics.Benchmarks.Measures;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Benchmarks.Micro;

/// <summary>What follows the totals of a shard: translation of a step's points for Prometheus, and the restore from a snapshot.</summary>
[MemoryDiagnoser]
public class MergeBenchmark
{
    private readonly List<ExportMetricsServiceRequest> requests = [];
    private readonly SeriesTranslator translator = new(new PrometheusRules());
    private readonly SeriesBuffer buffer = new();
    private StateContents contents = new(0);

    /// <summary>Series of the shard.</summary>
    [Params(5_000, 50_000)]
    public int Series { get; set; }

    /// <summary>Closes a step with all series and keeps its records.</summary>
    [GlobalSetup]
    public void Fill()
    {
        FilledShard shard = new(Series);
        shard.ApplyStep(0);
        shard.CloseStep(record => requests.Add(ExportMetricsServiceRequest.Parser.ParseFrom(record)));
        contents = shard.Snapshot();
    }

    /// <summary>All points of a step.</summary>
    [Benchmark(Description = "translate a step")]
    public int Translate()
    {
        int series = 0;
        foreach (ExportMetricsServiceRequest request in requests)
        {
            buffer.Clear();
            translator.Translate(request, buffer);
            series += buffer.SeriesCount;
        }

        return series;
    }

    /// <summary>A restore without replay.</summary>
    [Benchmark(Description = "restore a shard")]
    public int Restore() => MergeMeasure.Restore(contents);
}
