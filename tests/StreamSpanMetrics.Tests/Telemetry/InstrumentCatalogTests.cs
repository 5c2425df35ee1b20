using System.Diagnostics.Metrics;
using StreamSpanMetrics.Telemetry;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Telemetry;

public sealed class InstrumentCatalogTests
{
    private const string WriteVariable = "SPANMETRICS_WRITE_DOCS";

    [Fact]
    public void Every_entry_has_an_instrument_and_every_instrument_an_entry()
    {
        using WorkerMetrics metrics = new("1.2.3", TimeProvider.System);
        using MeterReading reading = new(metrics.Meter);
        Assert.Equal(
            InstrumentCatalog.Entries.Select(entry => $"{entry.Name} {entry.Kind} {entry.Unit} {entry.Description}").Order(),
            reading.Instruments.Select(one => $"{one.Name} {KindOf(one)} {one.Unit} {one.Description}").Order());
    }

    [Fact]
    public void The_document_is_what_the_inventory_says()
    {
        string path = Path.Combine(Root(), "docs", "telemetry.md");
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(path, TelemetryDocument.Text());
        }

        Assert.True(
            TelemetryDocument.Text() == File.ReadAllText(path),
            $"docs/telemetry.md is out of date: {WriteVariable}=1 dotnet test rewrites it");
    }

    [Theory]
    [InlineData("read", "spanmetrics_read_bytes_total")]
    [InlineData("lag", "spanmetrics_lag_seconds")]
    [InlineData("lag.records", "spanmetrics_lag_records")]
    [InlineData("folded", "spanmetrics_folded_total")]
    [InlineData("step.to.sample", "spanmetrics_step_to_sample_seconds")]
    public void Prometheus_names_have_unit_and_total(string name, string expected) =>
        Assert.Equal(expected, InstrumentCatalog.Find(name).PrometheusName);

    private static InstrumentKind KindOf(Instrument instrument) => instrument switch
    {
        Counter<long> or ObservableCounter<long> => InstrumentKind.Counter,
        Histogram<double> => InstrumentKind.Histogram,
        _ => InstrumentKind.Gauge,
    };

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "StreamSpanMetrics.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The tests run outside a checkout.");
    }
}
