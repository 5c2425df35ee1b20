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
            // What was accepted must be possible to print, and what is printed to be read again.
            ConfigurationResult again = ConfigurationLoader.Load(SettingsWriter.Write(result.Settings), "again.yaml", _ => null);
            problems += again.Settings is null ? " not again" : "";
        }

        return $"{result.Settings is not null} {problems}";
    }
}
