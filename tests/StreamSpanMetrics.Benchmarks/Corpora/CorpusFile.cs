using System.Buffers.Binary;

namespace StreamSpanMetrics.Benchmarks.Corpora;

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

    /// <summary>Generates a file and prints one line about it.</summary>
    public static int Write(string path, CorpusShape shape)
    {
        long records = 0;
        long bytes = 0;
        using (FileStream file = File.Create(path))
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            foreach (byte[] record in new CorpusGenerator(shape).Records())
            {
                BinaryPrimitives.WriteInt32BigEndian(length, record.Length);
                file.Write(length);
                file.Write(record);
                records++;
                bytes += record.Length;
            }
        }

        Console.WriteLine(FormattableString.Invariant(
            $"corpus={Path.GetFileName(path)} records={records} spans={shape.Spans} bytes_span={(double)bytes / shape.Spans:F0}"));
        return 0;
    }
}
