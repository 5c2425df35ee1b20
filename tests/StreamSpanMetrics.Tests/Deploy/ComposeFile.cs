using System.Text.Json.Nodes;

namespace StreamSpanMetrics.Tests.Deploy;

/// <summary>A compose file of the repository.</summary>
internal sealed class ComposeFile
{
    /// <summary>The stack.</summary>
    public const string Main = "compose.yml";

    /// <summary>What the article's example changes of it.</summary>
    public const string Article = "examples/article/compose.yml";

    /// <summary>Reads a file by its path from the root.</summary>
    public ComposeFile(string path)
    {
        Content = YamlAsJson.Read(path);
        Services = Content["services"]!.AsObject().ToDictionary(service => service.Key, service => service.Value!.AsObject());
    }

    /// <summary>All of it.</summary>
    public JsonObject Content { get; }

    /// <summary>Its services by name.</summary>
    public IReadOnlyDictionary<string, JsonObject> Services { get; }

    /// <summary>What a service mounts: path here, path in the container, options.</summary>
    public IEnumerable<(string Source, string Target, string Options)> Mounts(string service) =>
        from volume in Services[service]["volumes"]?.AsArray() ?? []
        let parts = volume!.GetValue<string>().Split(':')
        select (parts[0], parts[1], parts.ElementAtOrDefault(2) ?? "");

    /// <summary>Folders that images are built from.</summary>
    public IEnumerable<string> Builds() =>
        Services.Values.Select(service => service["build"]?.GetValue<string>()).OfType<string>().Distinct();
}
