using System.Text.RegularExpressions;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Deploy;

/// <summary>Dashboards and rules name only metrics that the workers have.</summary>
public sealed partial class TelemetryNamesTests
{
    private const string List = "docs/telemetry.md";

    [Theory]
    [InlineData("deploy/grafana/dashboards/pipeline.json")]
    [InlineData("deploy/prometheus/rules/pipeline.yaml")]
    public void Every_metric_is_in_the_list_of_our_own(string path)
    {
        Assert.SkipUnless(RepositoryFile.Exists(List), $"there is no {List}");
        HashSet<string> known = [.. Metric().Matches(RepositoryFile.Read(List)).Select(match => match.Groups["name"].Value)];
        string[] used = [.. Metric().Matches(RepositoryFile.Read(path)).Select(match => match.Groups["name"].Value).Distinct()];
        Assert.NotEmpty(used);
        Assert.All(used, name => Assert.Contains(name, known));
    }

    // Not a recorded name, which has colons.
    [GeneratedRegex(@"(?<![\w:])(?<name>spanmetrics_[a-z_]*?[a-z])(?:_bucket|_sum|_count)?(?![\w:])")]
    private static partial Regex Metric();
}
