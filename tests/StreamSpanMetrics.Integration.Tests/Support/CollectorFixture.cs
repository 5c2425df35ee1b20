namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Finds a Collector: the <c>otelcol</c> or <c>otelcol-contrib</c> of PATH, else the image of the contrib distribution.</summary>
public sealed class CollectorFixture : SharedProgram<CollectorProgram>
{
    private const string Image = "otel/opentelemetry-collector-contrib:0.158.0";

    /// <inheritdoc/>
    protected override async Task<CollectorProgram> StartAsync()
    {
        string? program = ProgramPath.Find("otelcol") ?? ProgramPath.Find("otelcol-contrib");
        if (program is not null)
        {
            return new CollectorProgram(program);
        }

        await Docker.RequireAsync("there is no otelcol on PATH");
        return new CollectorProgram("docker", Image);
    }

    /// <inheritdoc/>
    protected override ValueTask StopAsync(CollectorProgram program) => ValueTask.CompletedTask;
}
