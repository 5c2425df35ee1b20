using System.Text.Encodings.Web;
using System.Text.Json;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Tests.Configuration;

/// <summary>The settings files of the tests, and ways to read and compare settings.</summary>
internal static class SettingsFiles
{
    private static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Configuration", "Files");

    public static string PathOf(string name) => Path.Combine(Folder, name);

    public static string Read(string name) => File.ReadAllText(PathOf(name)).ReplaceLineEndings("\n");

    public static ConfigurationResult Load(string text, params (string Name, string Value)[] environment)
    {
        Dictionary<string, string> variables = environment.ToDictionary(pair => pair.Name, pair => pair.Value);
        return ConfigurationLoader.Load(text, "settings.yaml", variables.GetValueOrDefault);
    }

    public static ProcessorSettings Settings(string text, params (string Name, string Value)[] environment)
    {
        ConfigurationResult result = Load(text, environment);
        Assert.True(result.Settings is not null, Text(result.Problems));
        return result.Settings;
    }

    /// <summary>The settings of a connector with these lines below it, each already indented as it stands.</summary>
    public static ConnectorSettings Connector(string flow) => Settings($"connectors: {{span_metrics: {flow}}}").Connector;

    /// <summary>The one error of a file that has exactly one.</summary>
    public static ConfigurationProblem OnlyError(string text, params (string Name, string Value)[] environment)
    {
        ConfigurationResult result = Load(text, environment);
        Assert.Null(result.Settings);
        return Assert.Single(result.Problems, problem => problem.Severity == ProblemSeverity.Error);
    }

    public static string Text(IEnumerable<ConfigurationProblem> problems) => string.Concat(problems.Select(problem => problem + "\n"));

    /// <summary>Everything that the settings hold, as a text that is equal exactly if they are.</summary>
    public static string Json<TValue>(TValue value) => JsonSerializer.Serialize(value, JsonOptions);
}
