using System.Text.Json;

namespace StreamSpanMetrics.Testing;

/// <summary>Reads the captured records of <c>fixtures/records</c>.</summary>
public static class RecordFile
{
    /// <summary>Number of partitions of the topics that the records were captured from.</summary>
    public const int PartitionCount = 4;

    /// <summary>Names of all record files, as <see cref="Read"/> takes them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["dotnet", "flask", "flask_by_trace", "flask_new", "node", "node_by_trace"];

    /// <summary>The records of a file in its order: timestamp, partition, offset.</summary>
    /// <param name="name">For example <c>flask_by_trace</c>.</param>
    public static IReadOnlyList<CapturedRecord> Read(string name)
    {
        List<CapturedRecord> records = [];
        foreach (string line in FixtureFiles.ReadLines($"records/{name}.jsonl"))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement record = document.RootElement;
            JsonElement key = record.GetProperty("key");
            records.Add(new CapturedRecord(
                record.GetProperty("partition").GetInt32(),
                record.GetProperty("offset").GetInt64(),
                record.GetProperty("timestamp").GetInt64(),
                key.ValueKind == JsonValueKind.Null ? null : key.GetBytesFromBase64(),
                record.GetProperty("value").GetBytesFromBase64()));
        }

        return records;
    }

    /// <summary>The same records moved in time so that the newest is at <paramref name="newestMillis"/>; differences stay.</summary>
    public static IReadOnlyList<CapturedRecord> Shift(IReadOnlyList<CapturedRecord> records, long newestMillis)
    {
        long shiftMillis = newestMillis - records.Max(record => record.TimestampMillis);
        return [.. records.Select(record => record with { TimestampMillis = record.TimestampMillis + shiftMillis })];
    }
}
