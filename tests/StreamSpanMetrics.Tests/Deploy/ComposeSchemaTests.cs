using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Deploy;

/// <summary>The compose files against the JSON schema of the Compose Specification.</summary>
public sealed class ComposeSchemaTests
{
    private static readonly JsonSchema Schema = Load();

    [Theory]
    [InlineData(ComposeFile.Main)]
    [InlineData(ComposeFile.Article)]
    public void A_compose_file_keeps_to_the_specification(string path) => Assert.Empty(Breaches(new ComposeFile(path).Content));

    [Theory]
    [InlineData("services", "grafana", "port", "[\"3000:3000\"]")]
    [InlineData("services", "kafka", "image", "[]")]
    [InlineData("services", "spanmetrics", "read_only", "{}")]
    [InlineData("services", "kafka", "healthcheck", "{\"interval\": 5}")]
    public void A_mistake_is_found(string section, string service, string key, string value)
    {
        JsonObject compose = new ComposeFile(ComposeFile.Main).Content;
        compose[section]![service]![key] = JsonNode.Parse(value);
        Assert.NotEmpty(Breaches(compose));
    }

    private static string[] Breaches(JsonObject compose)
    {
        EvaluationResults results = Schema.Evaluate(
            JsonSerializer.SerializeToElement(compose), new EvaluationOptions { OutputFormat = OutputFormat.List });
        string[] breaches =
        [
            .. from detail in results.Details ?? []
               from error in detail.Errors ?? new Dictionary<string, string>()
               select $"{detail.InstanceLocation}: {error.Key}: {error.Value}",
        ];
        return results.IsValid ? [] : ["the file is not valid", .. breaches];
    }

    // The schema names its dialect by an address that the dialect does not have.
    private static JsonSchema Load() => JsonSchema.FromText(
        FixtureFiles.ReadText("compose/compose-spec.json")
            .Replace("https://json-schema.org/draft-07/schema", "http://json-schema.org/draft-07/schema#", StringComparison.Ordinal),
        baseUri: new Uri("https://compose-spec.example/"));
}
