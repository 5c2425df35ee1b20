using System.Globalization;
using System.Text.Json.Nodes;
using StreamSpanMetrics.Testing;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace StreamSpanMetrics.Tests.Deploy;

/// <summary>Reads YAML as JSON, anchors and merge keys resolved: what a JSON schema can judge.</summary>
internal static class YamlAsJson
{
    /// <summary>A file of the repository, by its path from the root.</summary>
    public static JsonObject Read(string path) => (JsonObject)Convert(RepositoryFile.Read(path))!;

    /// <summary>The first document of a text.</summary>
    public static JsonNode? Convert(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new MergingParser(new Parser(new StringReader(yaml))));
        return Convert(stream.Documents[0].RootNode);
    }

    private static JsonNode? Convert(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(
            mapping.Children.Select(pair => KeyValuePair.Create(pair.Key.ToString(), Convert(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(Convert)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value ?? ""),
        YamlScalarNode quoted => JsonValue.Create(quoted.Value),
        _ => throw new InvalidDataException($"{node.NodeType} at {node.Start} has no form in JSON"),
    };

    private static JsonValue? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) => JsonValue.Create(whole),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) => JsonValue.Create(real),
        _ => JsonValue.Create(text),
    };
}
