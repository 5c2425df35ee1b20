using System.Text.Encodings.Web;
using System.Text.Json;
using StreamSpanMetrics.Configuration;

namespace StreamSpanMetrics.Commands;

/// <summary>Prints what was found in a settings file.</summary>
internal static class ProblemPrinter
{
    private static readonly JsonWriterOptions JsonOptions = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One problem per line, in the form of a compiler, each with its hint.</summary>
    public static void PrintText(IReadOnlyList<ConfigurationProblem> problems, TextWriter writer)
    {
        foreach (ConfigurationProblem problem in problems)
        {
            writer.Write(problem.ToString());
            writer.Write('\n');
        }
    }

    /// <summary>One JSON object: <c>valid</c> and <c>problems</c>.</summary>
    public static void PrintJson(ConfigurationResult result, TextWriter writer)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteBoolean("valid", result.Settings is not null);
            json.WriteStartArray("problems");
            foreach (ConfigurationProblem problem in result.Problems)
            {
                Write(json, problem);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        writer.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void Write(Utf8JsonWriter json, ConfigurationProblem problem)
    {
        json.WriteStartObject();
        json.WriteString("severity", problem.Severity == ProblemSeverity.Error ? "error" : "warning");
        json.WriteString("file", problem.File);
        json.WriteNumber("line", problem.Line);
        json.WriteNumber("column", problem.Column);
        json.WriteString("path", problem.Path);
        json.WriteString("message", problem.Message);
        json.WriteString("hint", problem.Hint);
        json.WriteEndObject();
    }
}
