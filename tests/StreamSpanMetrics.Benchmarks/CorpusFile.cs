using System.Buffers.Binary;

namespace StreamSpanMetrics.Benchmarks;

/// <summary>
/// Requests in the form of the Collector's file exporter with <c>format: proto</c>: a 4-byte big-endian length before each.
/// </summary>
internal static class CorpusFile
{
    /// <summary>Reads all requests of a file.</summary>
    public static List<byte[]> Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        List<byte[]> records = [];
        for (int position = 0; position < bytes.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(position));
            records.Add(bytes.AsSpan(position + sizeof(int), length).ToArray());
            position += sizeof(int) + length;
        }

        return records;
    }
}
