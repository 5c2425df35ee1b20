using System.Buffers.Binary;
using System.IO.Compression;

namespace StreamSpanMetrics.Testing;

/// <summary>
/// Reads the captured files of <c>tests/fixtures</c> (its README says what they are), which every test project finds beside itself.
/// Names are relative, with forward slashes and without <c>.gz</c>: <c>records/flask.jsonl</c>.
/// </summary>
public static class FixtureFiles
{
    private const string CompressedSuffix = ".gz";

    /// <summary>The folder that holds the fixtures, absolute.</summary>
    public static string Root { get; } = Path.Combine(AppContext.BaseDirectory, "Fixtures");

    /// <summary>Whether a fixture of this name is there, compressed or not.</summary>
    public static bool Exists(string name) => File.Exists(PathOf(name)) || File.Exists(PathOf(name) + CompressedSuffix);

    /// <summary>Opens a fixture for reading, decompressed. The caller disposes the stream.</summary>
    /// <exception cref="FileNotFoundException">There is no such fixture.</exception>
    public static Stream Open(string name)
    {
        string path = PathOf(name);
        return File.Exists(path)
            ? File.OpenRead(path)
            : new GZipStream(File.OpenRead(path + CompressedSuffix), CompressionMode.Decompress);
    }

    /// <summary>The whole fixture as bytes.</summary>
    public static byte[] ReadBytes(string name)
    {
        using Stream source = Open(name);
        using MemoryStream copy = new();
        source.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>The whole fixture as UTF-8 text.</summary>
    public static string ReadText(string name)
    {
        using StreamReader reader = new(Open(name));
        return reader.ReadToEnd();
    }

    /// <summary>The lines of a fixture, without their ends; empty lines are left out.</summary>
    public static IReadOnlyList<string> ReadLines(string name) =>
        ReadText(name).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The messages of a <c>.binpb</c> file: each has its length before it, 4 bytes, big-endian.</summary>
    /// <exception cref="InvalidDataException">The file ends inside a message.</exception>
    public static IReadOnlyList<byte[]> ReadMessages(string name)
    {
        ReadOnlySpan<byte> rest = ReadBytes(name);
        List<byte[]> messages = [];
        while (!rest.IsEmpty)
        {
            if (rest.Length < sizeof(int) || rest.Length - sizeof(int) < BinaryPrimitives.ReadInt32BigEndian(rest))
            {
                throw new InvalidDataException($"{name} ends inside message {messages.Count}");
            }

            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            messages.Add(rest.Slice(sizeof(int), length).ToArray());
            rest = rest[(sizeof(int) + length)..];
        }

        return messages;
    }

    /// <summary>Names of the folders directly inside a folder of the fixtures, in ordinal order.</summary>
    public static IReadOnlyList<string> FoldersIn(string name)
    {
        string[] names = [.. Directory.GetDirectories(PathOf(name)).Select(path => Path.GetFileName(path))];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    private static string PathOf(string name) => Path.Combine(Root, name);
}
