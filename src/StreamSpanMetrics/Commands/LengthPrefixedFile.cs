using System.Buffers.Binary;

namespace StreamSpanMetrics.Commands;

/// <summary>
/// What the Collector's file exporter writes with <c>format: proto</c>: before each request its length in 4 bytes, big-endian
/// (opentelemetry-collector-contrib, exporter/fileexporter/README.md).
/// </summary>
internal sealed class LengthPrefixedFile(Stream stream, int maxRecordBytes) : SpanFile(stream, maxRecordBytes)
{
    private readonly byte[] prefix = new byte[sizeof(uint)];
    private byte[] buffer = new byte[64 * 1024];
    private int length;
    private long number;
    private bool atEnd;

    /// <inheritdoc/>
    public override string Place => $"record {number}";

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Record => buffer.AsSpan(0, length);

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        length = 0;
        Problem = null;
        int read = atEnd ? 0 : Source.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false);
        if (read == 0)
        {
            return false;
        }

        number++;
        if (read < prefix.Length)
        {
            Problem = "is cut off inside its length: the file ends";
            atEnd = true;
            return true;
        }

        ReadRecord(BinaryPrimitives.ReadUInt32BigEndian(prefix));
        return true;
    }

    private void ReadRecord(uint stated)
    {
        bool tooLarge = stated > MaxRecordBytes;
        long read = tooLarge ? Skip(stated) : Fill((int)stated);
        if (read < stated)
        {
            Problem = $"is cut off: it should have {stated} bytes, and the file ends after {read}";
            atEnd = true;
        }
        else if (tooLarge)
        {
            Problem = $"has {stated} bytes, and stream.max_record_bytes allows {MaxRecordBytes}";
        }
        else
        {
            length = (int)stated;
        }
    }

    private int Fill(int wanted)
    {
        if (buffer.Length < wanted)
        {
            buffer = new byte[Math.Min((long)wanted * 2, Array.MaxLength)];
        }

        return Source.ReadAtLeast(buffer.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
    }

    private long Skip(long wanted)
    {
        long skipped = 0;
        while (skipped < wanted)
        {
            int read = Source.Read(buffer, 0, (int)Math.Min(buffer.Length, wanted - skipped));
            if (read == 0)
            {
                break;
            }

            skipped += read;
        }

        return skipped;
    }
}
