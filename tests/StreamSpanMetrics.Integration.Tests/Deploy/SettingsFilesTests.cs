using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Deploy;

/// <summary>The files in <c>deploy/</c>, judged by the programs that read them.</summary>
public sealed class SettingsFilesTests(CollectorFixture collector)
{
    private const string Discovery = "dns_sd_configs: [{names: [spanmetrics], type: A, port: 9464}]";
    private const string FixedTarget = "static_configs: [{targets: [\"spanmetrics:9464\"]}]";

    public static TheoryData<string> Rules => [.. RepositoryFile.List("deploy/prometheus/rules", "*").Select(path => Path.GetFileName(path))];

    [Fact]
    public async Task The_Collector_takes_its_settings()
    {
        CollectorProgram program = await collector.RequireAsync();
        using TemporaryFolder folder = new();
        folder.Write("collector.yaml", RepositoryFile.Read("deploy/collector/collector.yaml"));
        await using ChildProcess process = await program.ValidateAsync(folder, "collector.yaml");
        Assert.True(process.ExitCode == 0, process.Output);
    }

    [Fact]
    public async Task Prometheus_takes_its_settings_and_finds_the_rules()
    {
        using TemporaryFolder folder = new();
        foreach (string path in RepositoryFile.List("deploy/prometheus/rules", "*"))
        {
            Directory.CreateDirectory(folder.PathOf("rules"));
            folder.Write("rules/" + Path.GetFileName(path), RepositoryFile.Read(path));
        }

        // A promtool may have been built without discovery by DNS. The rest of the file is judged as it is.
        string settings = RepositoryFile.Read("deploy/prometheus/prometheus.yml");
        Assert.Contains(Discovery, settings, StringComparison.Ordinal);
        string file = folder.Write("prometheus.yml", settings.Replace(Discovery, FixedTarget, StringComparison.Ordinal));
        await using ChildProcess process = await Promtool.RunAsync("check", "config", file);
        Assert.True(process.ExitCode == 0, process.Output);
        Assert.Contains($"{Rules.Count} rule files found", process.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Rules_are_well_formed_and_do_what_their_tests_say(string file)
    {
        await using ChildProcess check =
            await Promtool.RunAsync("check", "rules", "--lint-fatal", RepositoryFile.PathOf($"deploy/prometheus/rules/{file}"));
        Assert.True(check.ExitCode == 0, check.Output);
        await using ChildProcess test = await Promtool.RunAsync("test", "rules", RepositoryFile.PathOf($"deploy/prometheus/tests/{file}"));
        Assert.True(test.ExitCode == 0, test.Output);
    }

    [Fact]
    public async Task A_wrong_rule_fails_its_test()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.PathOf("rules"));
        Directory.CreateDirectory(folder.PathOf("tests"));
        string rules = RepositoryFile.Read("deploy/prometheus/rules/pipeline.yaml");
        folder.Write("rules/pipeline.yaml", rules.Replace(":max > 300", ":max > 900", StringComparison.Ordinal));
        string tests = folder.Write("tests/pipeline.yaml", RepositoryFile.Read("deploy/prometheus/tests/pipeline.yaml"));
        await using ChildProcess process = await Promtool.RunAsync("test", "rules", tests);
        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains("SpanMetricsLagging", process.Output, StringComparison.Ordinal);
    }
}
