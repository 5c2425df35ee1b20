namespace StreamSpanMetrics.Core.Otlp;

/// <summary>Why a record is not an <c>ExportTraceServiceRequest</c>. The names are also the reason codes of dead letters.</summary>
public enum DecodeCause
{
    /// <summary>The record is well formed.</summary>
    None,

    /// <summary>A field, or the length it states, reaches beyond the message that holds it.</summary>
    Truncated,

    /// <summary>A varint is longer than ten bytes.</summary>
    VarintTooLong,

    /// <summary>A field number is zero or above 2^29 - 1.</summary>
    IllegalFieldNumber,

    /// <summary>A wire type is 6 or 7, or a group ends that never began.</summary>
    IllegalWireType,

    /// <summary>A known field has another wire type than its type allows.</summary>
    WrongWireType,

    /// <summary>A trace id has neither 0 nor 16 bytes, or a span id neither 0 nor 8.</summary>
    WrongIdLength,

    /// <summary>A record that should be JSON is none.</summary>
    IllegalJson,

    /// <summary>A JSON value is not one that its field can have: another type, out of range, an unknown name.</summary>
    WrongJsonValue,

    /// <summary>Objects and lists of a JSON record are nested too deep.</summary>
    JsonTooDeep,
}
