using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Deploy;

/// <summary>A dashboard file, with values for its variables.</summary>
internal sealed partial class Dashboard
{
    private readonly JsonObject content;
    private readonly IReadOnlyDictionary<string, string> values;

    /// <summary>Reads a dashboard.</summary>
    /// <param name="path">From the root of the repository.</param>
    /// <param name="values">A value for each of its variables, as Grafana would put it into a query, and for Grafana's own.</param>
    public Dashboard(string path, IReadOnlyDictionary<string, string> values)
    {
        content = RepositoryFile.ReadJson(path);
        this.values = values;
    }

    /// <summary>The queries of all panels, as Prometheus gets them.</summary>
    public IReadOnlyList<(string Panel, string Expression)> Queries() =>
    [
        .. from panel in content["panels"]!.AsArray()
           from target in panel["targets"]?.AsArray() ?? []
           select (panel["title"]!.GetValue<string>(), Resolve(target["expr"]!.GetValue<string>())),
    ];

    /// <summary>What variables offer is looked up by <c>label_values(selector, label)</c>; this counts the same series by the label.</summary>
    public IReadOnlyList<(string Variable, string Expression)> Lookups() =>
    [
        .. from variable in Variables()
           where variable["type"]!.GetValue<string>() == "query"
           let call = LabelValues().Match(variable["definition"]!.GetValue<string>())
           let selector = Resolve(call.Groups["selector"].Value)
           select (variable["name"]!.GetValue<string>(), $"count by ({call.Groups["label"].Value}) ({selector})"),
    ];

    /// <summary>The value of an option of a variable.</summary>
    public static string Option(string path, string variable, string text) =>
        Variables(RepositoryFile.ReadJson(path)).Single(one => one["name"]!.GetValue<string>() == variable)["options"]!.AsArray()
            .Single(option => option!["text"]!.GetValue<string>() == text)!["value"]!.GetValue<string>();

    private IEnumerable<JsonNode> Variables() => Variables(content);

    private static IEnumerable<JsonNode> Variables(JsonObject dashboard) =>
        dashboard["templating"]!["list"]!.AsArray().Select(variable => variable!);

    private string Resolve(string expression) => Variable().Replace(expression, match => values[match.Groups["name"].Value]);

    [GeneratedRegex(@"\$\{(?<name>\w+)(?::raw)?\}|\$(?<name>\w+)")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^label_values\((?<selector>.*), (?<label>\w+)\)$")]
    private static partial Regex LabelValues();
}
