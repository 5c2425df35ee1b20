using System.Text.Json;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>
/// Captured trace records and requests made by hand, from <c>tests/fixtures</c>. The records came through a Collector's Kafka
/// exporter; each line is a JSON object whose <c>value</c> is the request in base64.
/// </summary>
internal static class RequestFixtures
{
    private const int MostLines = 200;

    /// <summary>The captured records.</summary>
    public static readonly IReadOnlyList<string> RecordFiles = ["flask", "node", "dotnet", "flask_by_trace"];

    /// <summary>All requests of a file, in its order.</summary>
    public static List<byte[]> Requests(string file) => [.. Lines(file).Select(line => line.GetProperty("value").GetBytesFromBase64())];

    /// <summary>The legal but odd requests by the name of their case.</summary>
    public static Dictionary<string, byte[]> EdgeCases() =>
        Lines("edge").ToDictionary(line => line.GetProperty("case").GetString()!, line => line.GetProperty("value").GetBytesFromBase64());

    /// <summary>The broken or extreme requests, with the HTTP status that the Collector's receiver gave.</summary>
    public static Dictionary<string, (byte[] Request, int Status)> BadCases() =>
        Lines("bad").ToDictionary(
            line => line.GetProperty("case").GetString()!,
            line => (line.GetProperty("value").GetBytesFromBase64(), line.GetProperty("collector").GetProperty("status").GetInt32()));

    /// <summary>Every request that is an everyday or an odd legal one.</summary>
    public static List<byte[]> AllLegal()
    {
        List<byte[]> all = [.. EdgeCases().Values];
        foreach (string file in RecordFiles)
        {
            all.AddRange(Requests(file));
        }

        return all;
    }

    private static List<JsonElement> Lines(string file)
    {
        string folder = file is "edge" or "bad" ? "requests" : "records";
        List<JsonElement> lines = [];
        foreach (string line in FixtureFiles.ReadLines($"{folder}/{file}.jsonl"))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            lines.Add(document.RootElement.Clone());
        }

        // The first records of a file show as much as all of them, and every test reads them many times.
        return lines.GetRange(0, Math.Min(lines.Count, MostLines));
    }
}
