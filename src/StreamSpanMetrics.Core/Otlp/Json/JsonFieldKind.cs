namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>How the JSON value of a field is read, and as what it is written in protobuf.</summary>
internal enum JsonFieldKind
{
    /// <summary>A string.</summary>
    Text,

    /// <summary>Bytes as base64.</summary>
    Bytes,

    /// <summary>Sixteen bytes as hex digits, or none.</summary>
    TraceId,

    /// <summary>Eight bytes as hex digits, or none.</summary>
    SpanId,

    /// <summary><c>fixed64</c>: a number, or one in a string.</summary>
    Fixed64,

    /// <summary><c>fixed32</c>: a number, or one in a string.</summary>
    Fixed32,

    /// <summary><c>uint32</c>: a number, or one in a string.</summary>
    UInt32,

    /// <summary><c>int32</c>: a number, or one in a string.</summary>
    Int32,

    /// <summary><c>int64</c>: a number, or one in a string.</summary>
    Int64,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Bool,

    /// <summary>A number, or one in a string, where it may also be NaN or infinite.</summary>
    Double,

    /// <summary>A number, or a name of <see cref="JsonField.Names"/>.</summary>
    Enumeration,

    /// <summary>An object.</summary>
    Message,

    /// <summary>An object that is a member of a oneof: null sets it, to an empty one.</summary>
    OneofMessage,

    /// <summary>A list of objects.</summary>
    Messages,

    /// <summary>A list of strings.</summary>
    Texts,
}
