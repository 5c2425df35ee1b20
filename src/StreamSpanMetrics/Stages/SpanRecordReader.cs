using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Otlp.Json;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Stages;

/// <summary>Folds a record of the source topic while it is still in the client's memory; copies it only if it is a dead letter.</summary>
internal sealed class SpanRecordReader : IRecordReader
{
    private readonly RecordFolder folder;
    private readonly TraceJsonTranscoder? transcoder;
    private readonly int maxRecordBytes;
    private byte[] key = [];
    private int keyLength;

    /// <summary>
    /// A reader of records in <paramref name="encoding"/> of at most <paramref name="maxRecordBytes"/> bytes as they were received.
    /// </summary>
    public SpanRecordReader(RecordFolder folder, SpanEncoding encoding, int maxRecordBytes)
    {
        this.folder = folder;
        transcoder = encoding == SpanEncoding.OtlpJson ? new TraceJsonTranscoder() : null;
        this.maxRecordBytes = maxRecordBytes;
    }

    /// <summary>Reason code of a record that cannot be counted; null if it was staged.</summary>
    public string? BadReason { get; private set; }

    /// <summary>The reason in words.</summary>
    public string BadMessage { get; private set; } = "";

    /// <summary>Copy of the value of a bad record.</summary>
    public byte[] BadValue { get; private set; } = [];

    /// <summary>Bytes of the value.</summary>
    public int ValueBytes { get; private set; }

    /// <summary>Copy of the key; null if there is none.</summary>
    public byte[]? CopyKey() => keyLength == 0 ? null : key[..keyLength];

    public void ReadKey(ReadOnlySpan<byte> bytes)
    {
        if (key.Length < bytes.Length)
        {
            key = new byte[bytes.Length];
        }

        bytes.CopyTo(key);
        keyLength = bytes.Length;
    }

    public void ReadValue(ReadOnlySpan<byte> bytes)
    {
        BadReason = null;
        ValueBytes = bytes.Length;
        if (bytes.Length > maxRecordBytes)
        {
            folder.Staged.Discard();
            Refuse(bytes, "RecordTooLarge", $"The record has {bytes.Length} bytes; the limit (stream.max_record_bytes) is {maxRecordBytes}.");
            return;
        }

        DecodeProblem problem = Fold(bytes);
        if (problem.Exists)
        {
            Refuse(bytes, problem.Cause.ToString(), $"Not an OTLP ExportTraceServiceRequest: {problem}.{Likely(bytes)}");
        }
    }

    private DecodeProblem Fold(ReadOnlySpan<byte> bytes)
    {
        // A record without a value holds no spans, however the others are written.
        if (transcoder is null || bytes.IsEmpty)
        {
            return folder.Fold(bytes);
        }

        DecodeProblem problem = transcoder.Transcode(bytes);
        if (problem.Exists)
        {
            folder.Staged.Discard();
            return problem;
        }

        return folder.Fold(transcoder.Record);
    }

    private string Likely(ReadOnlySpan<byte> bytes) => bytes[0] switch
    {
        (byte)'{' or (byte)'[' when transcoder is null =>
            " It looks like JSON: is the exporter's encoding otlp_json? Then set it in receivers.kafka, too.",
        (byte)'\n' when transcoder is not null && new TraceReader(bytes).MoveToNextResource() =>
            " It looks like OTLP protobuf: is the exporter's encoding otlp_proto? Then set it in receivers.kafka, too.",
        0x1F => " It looks like gzip.",
        0xFF => " It looks like framed snappy.",
        _ => "",
    };

    private void Refuse(ReadOnlySpan<byte> bytes, string reason, string message)
    {
        BadReason = reason;
        BadMessage = message;
        BadValue = bytes.ToArray();
    }
}
