using System.Text;
using StreamSpanMetrics.Benchmarks.Topics;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Benchmarks.Fuzzing;

/// <summary>Settings files.</summary>
internal sealed class SettingsTarget : IFuzzTarget
{
    private static readonly string[] Samples =
    [
        SettingsWriter.Write(new ProcessorSettings()),
        ArticleSettings.Connectors("15s"),
        """
        receivers:
          kafka:
            brokers: ["${env:BROKER:-a:9092}", b:9093]
            tls: {insecure: true}
            auth: {sasl: {mechanism: SCRAM-SHA-256, username: u, password: p}}
        connectors: &all
          span_metrics: {histogram: {explicit: {buckets: [1ms, 1s]}}, dimensions: [{name: a, default: b}], exclude_dimensions: [status.code]}
        exporters:
          prometheusremotewrite: {endpoint: "http://p:9090/api/v1/write", headers: {X-Scope-OrgID: t}, external_labels: {a: b}}
        service:
          pipelines:
            traces: {receivers: [kafka], exporters: [span_metrics]}
            metrics: {receivers: [span_metrics], exporters: [prometheusremotewrite]}
        """,
        """
        connectors:
          count:
            spans:
              my.spans:
                description: d
                conditions: ['attributes["env"] == "prod" and not (kind == SPAN_KIND_SERVER)', 'IsMatch(name, "^/h")']
            spanevents: {my.events: {attributes: [{key: a, default_value: 3}, {key: b}]}}
        """,
        """
        connectors:
          span_metrics:
            {aggregation_cardinality_limit: 9, metrics_expiration: 1h, dimensions: [{name: a, aliases: [b]}, {glob: "http.*"}]}
        stream:
          naming: [otel, tempo]
          max_label_bytes: 64
          label_cardinality_limit: 12
          filter: {include: [{kind: [server], name: {regex: '^GET'}}], exclude: [{attributes: {a: [1, x]}}]}
          presets: [http]
          feature_gates: [connector.spanmetrics.legacyMetricNames]
        """,
        """
        connectors: {span_metrics: {histogram: {unit: s, exponential: {max_size: 20}}}}
        stream: {emit: changed, active_for: 1m, heartbeat: 45s}
        """,
    ];

    /// <inheritdoc/>
    public string Name => "settings";

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Seeds { get; } = [.. Samples.Select(Encoding.UTF8.GetBytes)];

    /// <inheritdoc/>
    public string Feed(byte[] input)
    {
        ConfigurationResult result = ConfigurationLoader.Load(Encoding.UTF8.GetString(input), "fuzz.yaml", _ => null);
        string problems = string.Join('|', result.Problems.Select(problem => problem.Path).Distinct().Order().Take(3));
        if (result.Settings is not null)
        {
            // What was accepted must be possible to print, and what is printed to be read again; secrets are printed as variables.
            ConfigurationResult again = ConfigurationLoader.Load(SettingsWriter.Write(result.Settings), "again.yaml", _ => "secret");
            if (again.Settings is null)
            {
                throw new InvalidOperationException($"what was printed is not read again: {string.Join('|', again.Problems)}");
            }
        }

        return $"{result.Settings is not null} {problems}";
    }
}
