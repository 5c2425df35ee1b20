namespace StreamSpanMetrics.Integration.Tests.Benchmarks;

/// <summary>The fuzzing command in small: it runs over every target and finds nothing. Long runs are for people.</summary>
public sealed class FuzzTests
{
    private const string Project = "StreamSpanMetrics.Benchmarks";
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    [Theory]
    [InlineData("reader", 30_000)]
    [InlineData("json", 30_000)]
    [InlineData("blocks", 10_000)]
    [InlineData("state", 10_000)]
    [InlineData("settings", 3_000)]
    public async Task Mutated_input_neither_crashes_nor_hangs_nor_grows(string target, int inputs)
    {
        string program = Path.Combine(
            AppContext.BaseDirectory.Replace("StreamSpanMetrics.Integration.Tests", Project, StringComparison.Ordinal), Project + ".dll");
        await using ChildProcess fuzz = await ChildProcess.RunAsync(
            "dotnet", [program, "fuzz", "--target", target, "--inputs", $"{inputs}", "--seed", "1"], deadline: Deadline);

        Assert.True(fuzz.ExitCode == 0, fuzz.Output);
        Assert.Contains($"{target}: {inputs} of {inputs} inputs", fuzz.Output, StringComparison.Ordinal);
    }
}
