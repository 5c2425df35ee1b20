namespace StreamSpanMetrics.Telemetry;

/// <summary>One of the program's own instruments, as the inventory has it.</summary>
/// <param name="Name">Name in OpenTelemetry's form, with dots.</param>
/// <param name="Kind">What it measures.</param>
/// <param name="Unit">Unit as UCUM has it: <c>s</c>, <c>By</c>, or what is counted in braces.</param>
/// <param name="Labels">Names of its labels.</param>
/// <param name="Description">What it means, in one sentence.</param>
public sealed record InstrumentEntry(string Name, InstrumentKind Kind, string Unit, string[] Labels, string Description)
{
    /// <summary>
    /// The name under which Prometheus finds it (OpenTelemetry specification, compatibility/prometheus_and_openmetrics.md).
    /// </summary>
    public string PrometheusName
    {
        get
        {
            string suffix = Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
            string name = Name.Replace('.', '_');
            return name + (name.EndsWith(suffix, StringComparison.Ordinal) ? "" : suffix) + (Kind == InstrumentKind.Counter ? "_total" : "");
        }
    }
}
