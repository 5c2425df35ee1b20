using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>The JSON form of views: every property under its name in snake case, absent values as null. The names are a promise.</summary>
internal static class ViewJson
{
    private static readonly JsonSerializerOptions OneLine = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static readonly JsonSerializerOptions Indented = new(OneLine) { WriteIndented = true, NewLine = "\n" };

    /// <summary>One JSON document.</summary>
    public static string Serialize<T>(T report, bool onOneLine) => JsonSerializer.Serialize(report, onOneLine ? OneLine : Indented);
}
