using StreamSpanMetrics.Benchmarks.Corpora;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>What a feature costs the core: a corpus under the article's settings, then with one feature more at a time, by turns.</summary>
internal static class FeatureMeasure
{
    private const int WarmUpPasses = 2;
    private const string Buckets = "explicit: {buckets: [1ms, 10ms, 100ms, 200ms, 300ms, 400ms, 500ms, 600ms, 700ms, 800ms, 900ms, 1s]}";
    private const string Histogram = $"histogram: {{{Buckets}}}";
    private const string Method = "{name: http.method, default: GET}, {name: http.status_code}";
    private const string Events = "events: {enabled: true, dimensions: [{name: exception.type}, {name: exception.message}]}";
    private const string Rest = "exclude_dimensions: [status.code], " + Events;
    private const string Base = $"{Histogram}, dimensions: [{Method}], {Rest}";

    private static readonly (string Name, string Connector, string Stream)[] Features =
    [
        ("none", Base, ""),
        ("exponential", $"histogram: {{exponential: {{}}}}, dimensions: [{Method}], {Rest}", ""),
        ("both_histograms", $"histogram: {{exponential: {{}}, {Buckets}}}, dimensions: [{Method}], {Rest}", ""),
        ("exemplars", Base + ", exemplars: {enabled: true}", ""),
        ("glob", $"{Histogram}, dimensions: [{Method}, {{glob: 'net.*'}}], {Rest}", ""),
        ("scopes", Base + ", include_instrumentation_scope: [io.opentelemetry.instrumentation]", ""),
        ("sampling_method", Base + ", enable_metrics_sampling_method: true", ""),
        ("presets", $"{Histogram}, {Rest}", "presets: [http]"),
        ("filter", Base, "filter: {exclude: [{kind: internal, name: {regex: '^health'}}, {attributes: {http.status_code: ['999']}}]}"),
        ("max_label_bytes", Base, "max_label_bytes: 256"),
    ];

    /// <summary>Runs each for about <paramref name="seconds"/> and prints a line for each.</summary>
    public static int Run(string path, double seconds)
    {
        List<byte[]> records = CorpusFile.Read(path);
        List<(string Name, CorePipeline Pipeline, Stint Stint)> runs = [];
        foreach ((string name, string connector, string stream) in Features)
        {
            ProcessorSettings settings = Settings(connector, stream);
            CorePipeline pipeline = new(RulesBuilder.Spans(settings), RulesBuilder.Histogram(settings));
            for (int pass = 0; pass < WarmUpPasses; pass++)
            {
                pipeline.Pass(records);
            }

            runs.Add((name, pipeline, new Stint()));
        }

        while (runs[0].Stint.Elapsed.TotalSeconds < seconds)
        {
            foreach ((string _, CorePipeline pipeline, Stint stint) in runs)
            {
                stint.Run(() => pipeline.Pass(records));
            }
        }

        foreach ((string name, CorePipeline pipeline, Stint stint) in runs)
        {
            Console.WriteLine($"feature={name} {stint} series={pipeline.Folder.Series.Count}");
        }

        return 0;
    }

    private static ProcessorSettings Settings(string connector, string stream)
    {
        string yaml = $"receivers: {{kafka: }}\nconnectors: {{span_metrics: {{{connector}}}}}\nstream: {{{stream}}}\n";
        ConfigurationResult result = ConfigurationLoader.Load(yaml, "feature.yaml", _ => null);
        return result.Settings ?? throw new InvalidOperationException($"{yaml}\n{string.Join('\n', result.Problems)}");
    }
}
