namespace StreamSpanMetrics.Commands;

/// <summary>
/// A file of OTLP trace requests, read one by one. What cannot be read is a <see cref="Problem"/>, and the next request follows where
/// the format allows to find it.
/// </summary>
internal abstract class SpanFile : IDisposable
{
    /// <summary>Extensions by which a format is known, for messages.</summary>
    public const string KnownExtensions = ".json, .jsonl, .binpb or .pb";

    /// <summary>A file of requests of at most <paramref name="maxRecordBytes"/> bytes; <paramref name="stream"/> is disposed with it.</summary>
    protected SpanFile(Stream stream, int maxRecordBytes)
    {
        Source = stream;
        MaxRecordBytes = maxRecordBytes;
    }

    /// <summary>Where the current request stands, as people count: from 1.</summary>
    public abstract string Place { get; }

    /// <summary>The current request as protobuf, until the next <see cref="MoveNext"/>; empty if there is a problem.</summary>
    public abstract ReadOnlySpan<byte> Record { get; }

    /// <summary>Why the current request could not be read, or null.</summary>
    public string? Problem { get; protected set; }

    /// <summary>Bytes of the file, and how many of them are read; null for a pipe, which has no length.</summary>
    public (long Read, long Length)? Progress => Source.CanSeek ? (Source.Position, Source.Length) : null;

    /// <summary>The open file.</summary>
    protected Stream Source { get; }

    /// <summary>Largest request that is read, in bytes as it stands in the file.</summary>
    protected int MaxRecordBytes { get; }

    /// <summary>Whether the format of a file shows in its name.</summary>
    public static bool IsKnown(string path) => IsJson(path) || IsProtobuf(path);

    /// <summary>Opens a file whose name <see cref="IsKnown"/>.</summary>
    public static SpanFile Open(string path, int maxRecordBytes)
    {
        FileStream stream = File.OpenRead(path);
        return IsJson(path) ? new JsonLineFile(stream, maxRecordBytes) : new LengthPrefixedFile(stream, maxRecordBytes);
    }

    /// <summary>Moves to the next request, readable or not; false at the end.</summary>
    /// <exception cref="IOException">The file cannot be read further.</exception>
    public abstract bool MoveNext();

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();

    private static bool IsJson(string path) => Path.GetExtension(path) is ".json" or ".jsonl";

    private static bool IsProtobuf(string path) => Path.GetExtension(path) is ".binpb" or ".pb";
}
