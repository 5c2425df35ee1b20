using System.Text;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Tests.Telemetry;

/// <summary>Writes <c>docs/telemetry.md</c> from the inventory.</summary>
internal static class TelemetryDocument
{
    private const string Introduction = """
        # Own telemetry

        <!-- Written from InstrumentCatalog; a test compares it. To rewrite it: SPANMETRICS_WRITE_DOCS=1 dotnet test -->

        A worker serves `/metrics`, `/healthz` and `/readyz` (`stream.telemetry`, port 9464 by default). With `OTEL_EXPORTER_OTLP_ENDPOINT`
        in the environment it also pushes the same metrics by OTLP, as the usual `OTEL_*` variables say. The metrics of the .NET runtime
        (`dotnet_*`: memory, garbage collection, threads) come with them. Names are a promise: they change only with a note in the release.

        - `/healthz` fails when a loop has not turned for three minutes. A worker that waits for a broker is healthy.
        - `/readyz` succeeds when every loop is in its group, every shard is restored, none has stopped, and no partition is further behind
          than `stream.telemetry.ready_lag`.

        """;

    private const string End = """

        A counter or gauge with the label `partition` or `shard` is told by the worker that owns it: sum, or take the maximum, over workers.
        Counters begin at zero with the process; those of the span metrics, `traces_span_metrics_*`, do not.

        """;

    public static string Text()
    {
        StringBuilder text = new(Introduction);
        foreach (InstrumentKind kind in Enum.GetValues<InstrumentKind>())
        {
            text.Append($"\n## {kind}s\n\n| name in Prometheus | labels | meaning |\n|---|---|---|\n");
            foreach (InstrumentEntry entry in InstrumentCatalog.Entries.Where(entry => entry.Kind == kind))
            {
                string labels = string.Join(", ", entry.Labels.Select(label => $"`{label}`"));
                text.Append($"| `{entry.PrometheusName}` | {labels} | {entry.Description} |\n");
            }
        }

        return text.Append(End).ToString();
    }
}
