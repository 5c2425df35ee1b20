using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Settings;
using YamlDotNet.RepresentationModel;

namespace StreamSpanMetrics.Tests.Deploy;

/// <summary>There is not always a Docker to try compose.yml with: what can be wrong without one is found here.</summary>
public sealed class ComposeTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void Every_mounted_file_is_in_the_repository()
    {
        string[] mounted = [.. Services().SelectMany(service => Texts(service.Value, "volumes")).Select(volume => volume.Split(':')[0])];
        Assert.NotEmpty(mounted);
        Assert.All(mounted, path => Assert.True(File.Exists(Path.Combine(Root, path)), path));
    }

    [Fact]
    public void Every_image_names_its_version_or_is_built_here()
    {
        foreach ((string name, YamlMappingNode service) in Services())
        {
            string? image = Text(service, "image");
            Assert.True(image is null ? Text(service, "build") == "." : image.Contains(':', StringComparison.Ordinal), name);
        }

        Assert.True(File.Exists(Path.Combine(Root, "Dockerfile")));
    }

    [Fact]
    public void Every_dependency_is_a_service()
    {
        Dictionary<string, YamlMappingNode> services = Services();
        string[] needed =
        [
            .. services.Values
                .Where(service => service.Children.ContainsKey("depends_on"))
                .SelectMany(service => ((YamlMappingNode)service["depends_on"]).Children.Keys.Select(key => key.ToString())),
        ];
        Assert.NotEmpty(needed);
        Assert.All(needed, name => Assert.Contains(name, services.Keys));
    }

    [Fact]
    public void The_workers_settings_have_no_problem_and_meet_the_other_services()
    {
        string path = Path.Combine(Root, "deploy", "spanmetrics", "spanmetrics.yaml");
        ConfigurationResult result = ConfigurationLoader.LoadFile(path, _ => null);
        Assert.Empty(result.Problems);
        ProcessorSettings settings = result.Settings!;
        Dictionary<string, YamlMappingNode> services = Services();
        Assert.All(settings.Source.Kafka.Brokers, broker => Assert.Contains(broker.Split(':')[0], services.Keys));
        Assert.Contains(settings.RemoteWrite!.Endpoint.Host, services.Keys);
        string collector = File.ReadAllText(Path.Combine(Root, "deploy", "collector", "collector.yaml"));
        Assert.Contains($"topic: {settings.Source.Topic},", collector, StringComparison.Ordinal);
    }

    private static Dictionary<string, YamlMappingNode> Services()
    {
        YamlStream compose = [];
        using StreamReader reader = new(Path.Combine(Root, "compose.yml"));
        compose.Load(reader);
        YamlMappingNode services = (YamlMappingNode)compose.Documents[0].RootNode["services"];
        return services.Children.ToDictionary(service => service.Key.ToString(), service => (YamlMappingNode)service.Value);
    }

    private static string? Text(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out YamlNode? value) ? value.ToString() : null;

    private static IEnumerable<string> Texts(YamlMappingNode node, string key) =>
        node.Children.TryGetValue(key, out YamlNode? value) ? ((YamlSequenceNode)value).Select(item => item.ToString()) : [];

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "StreamSpanMetrics.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The tests run outside a checkout.");
    }
}
