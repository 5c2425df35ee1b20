using System.Globalization;
using System.Text.Json;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Benchmarks;

/// <summary>The benchmark on a real broker, in small: everything that it tells is there and possible. No time is judged.</summary>
public sealed class TopicBenchmarkTests(KafkaFixture kafka)
{
    private const string Project = "StreamSpanMetrics.Benchmarks";
    private const int Spans = 20_000;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("batch", Spans / 100)]
    [InlineData("trace", (Spans + 2) / 3)]
    public async Task The_worker_counts_every_span_of_the_topic_and_all_figures_are_there(string shape, int records)
    {
        string servers = await kafka.RequireAsync();
        string program = Path.Combine(
            AppContext.BaseDirectory.Replace("StreamSpanMetrics.Integration.Tests", Project, StringComparison.Ordinal), Project + ".dll");
        string[] size = ["--spans", Spans.ToString(CultureInfo.InvariantCulture), "--series", "300", "--step", "1s"];
        await using ChildProcess bench = await ChildProcess.RunAsync(
            "dotnet",
            [program, "topic", "--bootstrap-servers", servers, "--shape", shape, .. size, "--no-collector", "--output", "json"],
            deadline: Deadline);

        Assert.True(bench.ExitCode == 0, bench.Output);
        string line = Assert.Single(bench.Output.Split('\n'), line => line.StartsWith('{'));
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement report = document.RootElement;
        Assert.Equal(Spans, report.GetProperty("Spans").GetInt64());
        Assert.Equal(records, report.GetProperty("Records").GetInt64());
        Assert.InRange(report.GetProperty("InputBytes").GetInt64(), Spans * 300L, Spans * 700L);
        Assert.Equal(JsonValueKind.Null, report.GetProperty("DeltasLogBytes").ValueKind);
        IsPossible(report.GetProperty("Bare"));
        JsonElement worker = report.GetProperty("Worker");
        IsPossible(worker);
        Assert.Equal(Spans, worker.GetProperty("CountedSpans").GetInt64());
        string[] moments = ["WallSeconds", "WallSecondsToCommit", "WallSecondsToSamples"];
        double[] seconds = [.. moments.Select(name => worker.GetProperty(name).GetDouble())];
        Assert.True(seconds[0] <= seconds[1] && seconds[1] <= seconds[2], line);
        Assert.InRange(worker.GetProperty("LongestCutMillis").GetDouble(), 1, Deadline.TotalMilliseconds);
        Assert.InRange(worker.GetProperty("LongestMergePauseMillis").GetDouble(), 1, Deadline.TotalMilliseconds);
    }

    // More processor time than the wall clock allows, or less memory than the runtime takes, would be a fault of the measure.
    private static void IsPossible(JsonElement figures)
    {
        double wallSeconds = figures.GetProperty("WallSeconds").GetDouble();
        double allSeconds = (wallSeconds + 1) * Environment.ProcessorCount;
        Assert.InRange(wallSeconds, 0.001, Deadline.TotalSeconds);
        Assert.InRange(figures.GetProperty("CpuSeconds").GetDouble(), 0.001, allSeconds);
        Assert.InRange(figures.GetProperty("PeakBytes").GetInt64(), 10_000_000, 10_000_000_000);
    }
}
