using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Otlp.Json;

namespace StreamSpanMetrics.Commands;

/// <summary>
/// What the Collector's file exporter writes by default: OTLP JSON, one request per line
/// (opentelemetry-collector-contrib, exporter/fileexporter/README.md). Empty lines are passed over.
/// </summary>
internal sealed class JsonLineFile(Stream stream, int maxRecordBytes) : SpanFile(stream, maxRecordBytes)
{
    private const byte LineFeed = (byte)'\n';

    private readonly TraceJsonTranscoder transcoder = new();
    private byte[] buffer = new byte[64 * 1024];
    private int start;
    private int end;
    private bool atEnd;
    private long number;
    private bool isRead;

    /// <inheritdoc/>
    public override string Place => $"line {number}";

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Record => isRead ? transcoder.Record : [];

    /// <inheritdoc/>
    public override bool MoveNext()
    {
        isRead = false;
        Problem = null;
        while (ReadLine(out ReadOnlySpan<byte> line, out bool tooLarge))
        {
            number++;
            line = line.TrimStart("\uFEFF"u8).Trim(" \t\r"u8);
            if (tooLarge)
            {
                Problem = $"has more bytes than stream.max_record_bytes allows, {MaxRecordBytes}";
                return true;
            }

            if (!line.IsEmpty)
            {
                DecodeProblem problem = transcoder.Transcode(line);
                isRead = !problem.Exists;
                Problem = isRead ? null : $"is no OTLP JSON: {problem}";
                return true;
            }
        }

        return false;
    }

    // The line views the buffer and holds until the next call; a line over the limit is passed over without being kept.
    private bool ReadLine(out ReadOnlySpan<byte> line, out bool tooLarge)
    {
        tooLarge = false;
        int searched = 0;
        while (true)
        {
            int feed = buffer.AsSpan(start + searched, end - start - searched).IndexOf(LineFeed);
            if (feed >= 0 || atEnd)
            {
                int length = feed >= 0 ? searched + feed : end - start;
                bool isLine = feed >= 0 || length > 0 || tooLarge;
                tooLarge |= length > MaxRecordBytes;
                line = tooLarge ? [] : buffer.AsSpan(start, length);
                start = Math.Min(start + length + 1, end);
                return isLine;
            }

            searched = end - start;
            if (tooLarge || searched > MaxRecordBytes)
            {
                tooLarge = true;
                start = end;
                searched = 0;
            }

            Fill();
        }
    }

    private void Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, Array.MaxLength));
        }

        int read = Source.Read(buffer, end, buffer.Length - end);
        end += read;
        atEnd = read == 0;
    }
}
