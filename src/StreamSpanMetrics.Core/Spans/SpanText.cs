namespace StreamSpanMetrics.Core.Spans;

/// <summary>The texts of span kinds and status codes: the long strings of the Collector (internal/coreinternal/traceutil).</summary>
public static class SpanText
{
    /// <summary>Kinds by number, as settings name them.</summary>
    public static readonly IReadOnlyList<string> KindWords = ["unspecified", "internal", "server", "client", "producer", "consumer"];

    /// <summary>Status codes by number, as settings name them.</summary>
    public static readonly IReadOnlyList<string> StatusWords = ["unset", "ok", "error"];

    /// <summary>Largest kind of the specification: consumer.</summary>
    private const int LargestKind = 5;

    /// <summary>Largest status code of the specification: error.</summary>
    private const int LargestStatusCode = 2;

    /// <summary>Kinds and codes outside the specification all have this number, and no text.</summary>
    public const byte OutOfRange = 255;

    /// <summary>The kind as one byte.</summary>
    public static byte KindByte(int kind) => (uint)kind <= LargestKind ? (byte)kind : OutOfRange;

    /// <summary>The status code as one byte.</summary>
    public static byte StatusByte(int code) => (uint)code <= LargestStatusCode ? (byte)code : OutOfRange;

    /// <summary>Text of a kind byte; empty outside the specification.</summary>
    public static ReadOnlySpan<byte> Kind(byte kind) => kind switch
    {
        0 => "SPAN_KIND_UNSPECIFIED"u8,
        1 => "SPAN_KIND_INTERNAL"u8,
        2 => "SPAN_KIND_SERVER"u8,
        3 => "SPAN_KIND_CLIENT"u8,
        4 => "SPAN_KIND_PRODUCER"u8,
        5 => "SPAN_KIND_CONSUMER"u8,
        _ => [],
    };

    /// <summary>Text of a status byte for <c>otel.status_code</c>; empty where it is unset or outside the specification.</summary>
    public static ReadOnlySpan<byte> OtelStatus(byte code) => code switch
    {
        1 => "OK"u8,
        2 => "ERROR"u8,
        _ => [],
    };

    /// <summary>Text of a status byte; empty outside the specification.</summary>
    public static ReadOnlySpan<byte> Status(byte code) => code switch
    {
        0 => "STATUS_CODE_UNSET"u8,
        1 => "STATUS_CODE_OK"u8,
        2 => "STATUS_CODE_ERROR"u8,
        _ => [],
    };
}
