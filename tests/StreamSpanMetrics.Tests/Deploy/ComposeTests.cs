using System.Text.Json.Nodes;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Deploy;

/// <summary>There is not always a Docker to try compose.yml with: what can be wrong without one is found here.</summary>
public sealed class ComposeTests
{
    private const string Settings = "deploy/spanmetrics/spanmetrics.yaml";

    private static readonly ComposeFile Compose = new(ComposeFile.Main);
    private static readonly ComposeFile Article = new(ComposeFile.Article);

    [Fact]
    public void Every_mounted_file_is_in_the_repository_and_read_only()
    {
        foreach (ComposeFile file in new[] { Compose, Article })
        {
            (string Source, string Target, string Options)[] mounts = [.. file.Services.Keys.SelectMany(file.Mounts)];
            Assert.NotEmpty(mounts);
            Assert.All(mounts, mount => Assert.True(RepositoryFile.Exists(mount.Source), mount.Source));
            Assert.All(mounts, mount => Assert.Equal("ro", mount.Options));
        }
    }

    [Fact]
    public void Every_image_names_its_version_or_is_built_here()
    {
        foreach ((string name, JsonObject service) in Compose.Services)
        {
            string? image = service["image"]?.GetValue<string>();
            Assert.True(image is null != service["build"] is null, name);
            Assert.True(image is null || image.Split(':').ElementAtOrDefault(1) is not (null or "latest"), name);
        }

        Assert.All(Compose.Builds(), folder => Assert.True(RepositoryFile.Exists($"{folder}/Dockerfile"), folder));
    }

    [Fact]
    public void Every_Dockerfile_copies_what_is_there()
    {
        foreach (string folder in Compose.Builds())
        {
            string[] copied =
            [
                .. from line in RepositoryFile.Read($"{folder}/Dockerfile").Split('\n')
                   let words = line.Split(' ')
                   where words[0] == "COPY" && !words[1].StartsWith("--", StringComparison.Ordinal)
                   from source in words[1..^1]
                   select $"{folder}/{source}",
            ];
            Assert.NotEmpty(copied);
            Assert.All(copied, path => Assert.True(RepositoryFile.Exists(path), path));
        }

        string[] ignored = RepositoryFile.Read(".dockerignore").Split('\n');
        Assert.Contains("tests", ignored);
        Assert.DoesNotContain("src", ignored);
        Assert.DoesNotContain("schemas", ignored);
    }

    [Fact]
    public void Every_dependency_is_a_service()
    {
        string[] needed = [.. Compose.Services.Values.SelectMany(Dependencies)];
        Assert.NotEmpty(needed);
        Assert.All(needed, name => Assert.Contains(name, Compose.Services.Keys));
    }

    [Fact]
    public void Only_this_machine_reaches_the_ports()
    {
        string[] ports = [.. Compose.Services.Values.SelectMany(service => service["ports"]?.AsArray() ?? []).Select(port => port!.ToString())];
        Assert.Equal(4, ports.Length);
        Assert.All(ports, port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
    }

    [Fact]
    public void The_worker_has_no_rights_that_it_does_not_need()
    {
        JsonObject worker = Compose.Services["spanmetrics"];
        Assert.True(worker["read_only"]!.GetValue<bool>());
        Assert.Equal("ALL", worker["cap_drop"]![0]!.GetValue<string>());
        Assert.Contains("\nUSER $APP_UID\n", RepositoryFile.Read("Dockerfile"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_workers_settings_have_no_problem_and_meet_the_other_services()
    {
        ConfigurationResult result = ConfigurationLoader.LoadFile(RepositoryFile.PathOf(Settings), _ => null);
        Assert.Empty(result.Problems);
        ProcessorSettings settings = result.Settings!;
        MeetsTheServices(settings);
        string collector = RepositoryFile.Read("deploy/collector/collector.yaml");
        Assert.Contains($"topic: {settings.Source.Topic},", collector, StringComparison.Ordinal);
    }

    [Fact]
    public void The_article_replaces_only_the_settings_of_the_worker()
    {
        Assert.All(Article.Services, service => Assert.Equal(["volumes"], service.Value.Select(key => key.Key)));
        foreach (string service in Article.Services.Keys)
        {
            Assert.Equal(Compose.Mounts(service).Select(mount => mount.Target), Article.Mounts(service).Select(mount => mount.Target));
        }

        string[] users = [.. Compose.Services.Keys.Where(name => Compose.Mounts(name).Any(mount => mount.Source == $"./{Settings}"))];
        Assert.Equal(users, Article.Services.Keys);
        ConfigurationResult result = ConfigurationLoader.LoadFile(RepositoryFile.PathOf("examples/article/spanmetrics.yaml"), _ => null);
        Assert.NotNull(result.Settings);
        MeetsTheServices(result.Settings);
    }

    [Fact]
    public void The_Flask_programs_name_exact_versions_and_reach_the_Collector()
    {
        string[] packages =
            [.. RepositoryFile.Read("examples/flask/requirements.txt").Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.Matches(@"^[\w-]+==\d[\w.]*$", package));

        foreach (string name in new[] { "shop", "customer" })
        {
            JsonNode environment = Compose.Services[name]["environment"]!;
            Uri endpoint = new(environment["OTEL_EXPORTER_OTLP_ENDPOINT"]!.GetValue<string>());
            Assert.Contains(endpoint.Host, Compose.Services.Keys);
            string collector = RepositoryFile.Read("deploy/collector/collector.yaml");
            Assert.Contains($"http: {{endpoint: \"0.0.0.0:{endpoint.Port}\"}}", collector, StringComparison.Ordinal);
            Assert.Equal(name, environment["OTEL_SERVICE_NAME"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Prometheus_takes_remote_write_late_points_and_scrapes_the_workers()
    {
        string[] command = [.. Compose.Services["prometheus"]["command"]!.AsArray().Select(argument => argument!.GetValue<string>())];
        Assert.Contains("--web.enable-remote-write-receiver", command);
        Assert.Contains("--config.file=" + Compose.Mounts("prometheus").First().Target, command);
        JsonObject settings = YamlAsJson.Read("deploy/prometheus/prometheus.yml");
        Assert.Equal("24h", settings["storage"]!["tsdb"]!["out_of_order_time_window"]!.GetValue<string>());
        JsonNode workers = settings["scrape_configs"]![0]!["dns_sd_configs"]![0]!;
        Assert.Contains(workers["names"]![0]!.GetValue<string>(), Compose.Services.Keys);
        string health = Compose.Services["spanmetrics"]["healthcheck"]!["test"]!.AsArray()[^1]!.GetValue<string>();
        Assert.Contains($"/{workers["port"]} ", health, StringComparison.Ordinal);
    }

    private static void MeetsTheServices(ProcessorSettings settings)
    {
        Assert.All(settings.Source.Kafka.Brokers, broker => Assert.Contains(broker.Split(':')[0], Compose.Services.Keys));
        Assert.Contains(settings.RemoteWrite!.Endpoint.Host, Compose.Services.Keys);
    }

    private static IEnumerable<string> Dependencies(JsonObject service) => service["depends_on"] switch
    {
        JsonArray names => names.Select(name => name!.GetValue<string>()),
        JsonObject conditions => conditions.Select(condition => condition.Key),
        _ => [],
    };
}
