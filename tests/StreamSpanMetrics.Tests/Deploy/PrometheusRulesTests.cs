using System.Text.Json.Nodes;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Deploy;

/// <summary>What promtool does not ask for: that every rule is tested, and every alert says what to do.</summary>
public sealed class PrometheusRulesTests
{
    private const string Folder = "deploy/prometheus";

    public static TheoryData<string> Files => [.. RepositoryFile.List($"{Folder}/rules", "*").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_recorded_series_has_an_expected_value(string file)
    {
        string[] expected =
        [
            .. from test in Tests(file)
               from check in test["promql_expr_test"]?.AsArray() ?? []
               where check!["exp_samples"]!.AsArray().Count > 0
               select check["expr"]!.GetValue<string>(),
        ];
        string[] records = [.. Rules(file).Select(rule => rule["record"]?.GetValue<string>()).OfType<string>()];
        Assert.NotEmpty(records);
        Assert.All(records, record => Assert.Contains(expected, expression => expression.Contains(record, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_alert_is_seen_to_fire_and_to_keep_quiet(string file)
    {
        (string Alert, bool Fires)[] seen =
        [
            .. from test in Tests(file)
               from check in test["alert_rule_test"]?.AsArray() ?? []
               select (check["alertname"]!.GetValue<string>(), check["exp_alerts"]!.AsArray().Count > 0),
        ];
        JsonObject[] alerts = [.. Rules(file).Where(rule => rule.ContainsKey("alert"))];
        Assert.NotEmpty(alerts);
        foreach (JsonObject alert in alerts)
        {
            string name = alert["alert"]!.GetValue<string>();
            Assert.Contains((name, true), seen);
            Assert.Contains((name, false), seen);
            Assert.Contains(alert["labels"]!["severity"]!.GetValue<string>(), new[] { "warning", "critical" });
            Assert.NotEmpty(alert["annotations"]!["summary"]!.GetValue<string>());
            Assert.NotEmpty(alert["annotations"]!["description"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Remote_written_series_are_judged_a_minute_late()
    {
        JsonNode group = Assert.Single(YamlAsJson.Read($"{Folder}/rules/red.yaml")["groups"]!.AsArray())!;
        Assert.Equal("1m", group["query_offset"]!.GetValue<string>());
    }

    private static IEnumerable<JsonObject> Rules(string file) =>
        from rules in YamlAsJson.Read($"{Folder}/rules/{file}")["groups"]!.AsArray()
        from rule in rules!["rules"]!.AsArray()
        select rule.AsObject();

    private static IEnumerable<JsonObject> Tests(string file) =>
        YamlAsJson.Read($"{Folder}/tests/{file}")["tests"]!.AsArray().Select(test => test!.AsObject());
}
