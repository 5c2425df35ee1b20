using System.IO.Compression;
using System.Text.Json;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>
/// Captured trace records and requests made by hand, compressed into the test assembly. The records came through a Collector's Kafka
/// exporter; each line is a JSON object whose <c>value</c> is the request in base64.
/// </summary>
internal static class RequestFixtures
{
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
        using Stream packed = typeof(RequestFixtures).Assembly.GetManifestResourceStream($"{file}.jsonl.gz")
            ?? throw new FileNotFoundException(file);
        using StreamReader reader = new(new GZipStream(packed, CompressionMode.Decompress));
        List<JsonElement> lines = [];
        while (reader.ReadLine() is string line)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            lines.Add(document.RootElement.Clone());
        }

        return lines;
    }
}
