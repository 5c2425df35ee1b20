using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Deploy;

/// <summary>What Grafana would only show by an empty panel. Whether the queries find data is asked of a real Prometheus elsewhere.</summary>
public sealed partial class DashboardFilesTests
{
    private const string Folder = "deploy/grafana";

    public static TheoryData<string> Files => [.. RepositoryFile.List($"{Folder}/dashboards", "*")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Panels_are_named_and_lie_side_by_side(string path)
    {
        JsonObject[] panels = Panels(path);
        Assert.Equal(panels.Length, panels.Select(panel => panel["id"]!.GetValue<int>()).Distinct().Count());
        Assert.Equal(panels.Length, panels.Select(panel => panel["title"]!.GetValue<string>()).Distinct().Count());
        HashSet<(int, int)> taken = [];
        foreach (JsonObject panel in panels)
        {
            JsonNode place = panel["gridPos"]!;
            (int left, int top) = (place["x"]!.GetValue<int>(), place["y"]!.GetValue<int>());
            Assert.InRange(left + place["w"]!.GetValue<int>(), 1, 24);
            for (int cell = 0; cell < place["w"]!.GetValue<int>() * place["h"]!.GetValue<int>(); cell++)
            {
                (int x, int y) = (cell % place["w"]!.GetValue<int>(), cell / place["w"]!.GetValue<int>());
                Assert.True(taken.Add((left + x, top + y)), $"{panel["title"]} covers another panel");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Queries_have_windows_that_grow_with_the_view_and_ask_the_chosen_source(string path)
    {
        foreach (JsonObject panel in Panels(path).Where(panel => panel["type"]!.GetValue<string>() != "row"))
        {
            Assert.Equal("${datasource}", panel["datasource"]!["uid"]!.GetValue<string>());
            JsonObject[] targets = [.. panel["targets"]!.AsArray().Select(target => target!.AsObject())];
            Assert.NotEmpty(targets);
            Assert.Equal(targets.Length, targets.Select(target => target["refId"]!.GetValue<string>()).Distinct().Count());
            foreach (Match window in targets.SelectMany(target => Window().Matches(target["expr"]!.GetValue<string>())))
            {
                // An instant query sees one window; only there it may be the whole range.
                bool isInstant = targets[0]["instant"]?.GetValue<bool>() ?? false;
                Assert.Equal(isInstant ? "[$__range]" : "[$__rate_interval]", window.Value);
            }
        }
    }

    [Fact]
    public void Dashboards_are_found_where_they_are_mounted_and_link_to_each_other()
    {
        ComposeFile compose = new(ComposeFile.Main);
        string[] targets = [.. compose.Mounts("grafana").Select(mount => mount.Target)];
        JsonNode provider = YamlAsJson.Read($"{Folder}/dashboards.yaml")["providers"]![0]!;
        string folder = provider["options"]!["path"]!.GetValue<string>();
        Assert.Contains(folder, targets);
        string home = compose.Services["grafana"]["environment"]!["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]!.GetValue<string>();
        Assert.StartsWith(folder + "/", home, StringComparison.Ordinal);
        Assert.True(RepositoryFile.Exists($"{Folder}/dashboards/{home[(folder.Length + 1)..]}"), home);

        string[] paths = [.. RepositoryFile.List($"{Folder}/dashboards", "*")];
        string[] names = [.. paths.Select(path => RepositoryFile.ReadJson(path)["uid"]!.GetValue<string>())];
        Assert.Equal(["spanmetrics-pipeline", "spanmetrics-red"], names.Order());
        Assert.All(
            paths.SelectMany(path => RepositoryFile.ReadJson(path)["links"]!.AsArray()),
            link => Assert.Contains(link!["url"]!.GetValue<string>()["/d/".Length..], names));
    }

    [Fact]
    public void The_data_source_is_the_stacks_Prometheus_and_knows_the_step()
    {
        JsonNode source = YamlAsJson.Read($"{Folder}/datasources.yaml")["datasources"]![0]!;
        Assert.Equal("prometheus", source["type"]!.GetValue<string>());
        Uri address = new(source["url"]!.GetValue<string>());
        ComposeFile compose = new(ComposeFile.Main);
        Assert.EndsWith($":{address.Port}", compose.Services[address.Host]["ports"]![0]!.GetValue<string>(), StringComparison.Ordinal);

        // Four of these are the least that $__rate_interval can be.
        Assert.Equal("15s", source["jsonData"]!["timeInterval"]!.GetValue<string>());
        JsonNode prometheus = YamlAsJson.Read("deploy/prometheus/prometheus.yml");
        Assert.Equal("15s", prometheus["global"]!["scrape_interval"]!.GetValue<string>());
    }

    private static JsonObject[] Panels(string path) =>
        [.. RepositoryFile.ReadJson(path)["panels"]!.AsArray().Select(panel => panel!.AsObject())];

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Window();
}
