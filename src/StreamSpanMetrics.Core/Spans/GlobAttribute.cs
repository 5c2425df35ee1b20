using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>An attribute that is a dimension by pattern: two regions of the record, or, of a resource, bytes of its own.</summary>
/// <param name="Name">Region of the name, if it is of the record.</param>
/// <param name="Value">Region of the AnyValue, if it is of the record.</param>
/// <param name="OwnName">The name of a resource's attribute; null if it is of the record.</param>
/// <param name="OwnValue">The AnyValue of a resource's attribute.</param>
internal readonly record struct GlobAttribute(ValueSlice Name, ValueSlice Value, byte[]? OwnName = null, byte[]? OwnValue = null)
{
    /// <summary>Bytes of the name.</summary>
    public ReadOnlySpan<byte> NameIn(ReadOnlySpan<byte> record) => OwnName is null ? Name.In(record) : OwnName;

    /// <summary>Bytes of the AnyValue.</summary>
    public ReadOnlySpan<byte> ValueIn(ReadOnlySpan<byte> record) => OwnName is null ? Value.In(record) : OwnValue;
}
