using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace StreamSpanMetrics.Commands;

/// <summary>Prints what was found about topics.</summary>
internal static class TopicPrinter
{
    private static readonly JsonWriterOptions JsonOptions = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A paragraph for each topic and a last line that says whether all is well.</summary>
    public static void PrintText(IReadOnlyList<TopicFinding> findings, TextWriter writer)
    {
        foreach (TopicFinding finding in findings)
        {
            writer.Write($"{finding.Plan.Name}: {Describe(finding)}\n");
            if (finding.Configs.Count > 0)
            {
                writer.Write($"    {string.Join(", ", finding.Configs.Select(config => $"{config.Key}={config.Value}"))}\n");
            }

            foreach (TopicProblem problem in finding.Problems)
            {
                writer.Write($"    {Severity(problem)}: {problem.Message}\n        hint: {problem.Hint}\n");
            }

            foreach (string note in finding.Notes)
            {
                writer.Write($"    note: {note}\n");
            }
        }

        int errors = findings.Sum(finding => finding.Problems.Count(problem => problem.IsError));
        int advice = findings.Sum(finding => finding.Problems.Count) - errors;
        writer.Write(FormattableString.Invariant(
            $"{(errors == 0 ? "ok" : "not usable")}: {errors} error{(errors == 1 ? "" : "s")}, {advice} advice\n"));
    }

    /// <summary>One JSON object: <c>ok</c> and <c>topics</c>.</summary>
    public static void PrintJson(IReadOnlyList<TopicFinding> findings, TextWriter writer)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", AllIsWell(findings));
            json.WriteStartArray("topics");
            foreach (TopicFinding finding in findings)
            {
                Write(json, finding);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        writer.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>Whether no problem is an error.</summary>
    public static bool AllIsWell(IReadOnlyList<TopicFinding> findings) =>
        !findings.Any(finding => finding.Problems.Any(problem => problem.IsError));

    private static void Write(Utf8JsonWriter json, TopicFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("name", finding.Plan.Name);
        json.WriteBoolean("exists", Exists(finding));
        json.WriteBoolean("created", finding.Presence == TopicPresence.Created);
        json.WriteNumber("partitions", Exists(finding) ? finding.Partitions : 0);
        json.WriteStartObject("settings");
        foreach ((string name, string value) in finding.Configs)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("problems");
        foreach (TopicProblem problem in finding.Problems)
        {
            json.WriteStartObject();
            json.WriteString("severity", Severity(problem));
            json.WriteString("message", problem.Message);
            json.WriteString("hint", problem.Hint);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (string note in finding.Notes)
        {
            json.WriteStringValue(note);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static bool Exists(TopicFinding finding) => finding.Presence is TopicPresence.Present or TopicPresence.Created;

    private static string Describe(TopicFinding finding)
    {
        string partitions = FormattableString.Invariant($"{finding.Partitions} partition{(finding.Partitions == 1 ? "" : "s")}");
        return finding.Presence switch
        {
            TopicPresence.Present => partitions,
            TopicPresence.Created => partitions + ", created",
            TopicPresence.AtFirstStart => $"will be created at the first start, with {partitions}",
            _ => "missing",
        };
    }

    private static string Severity(TopicProblem problem) => problem.IsError ? "error" : "advice";
}
