namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// The wire types that the known fields of a message must have. A field that is not listed is unknown and skipped; a listed one
/// with another wire type makes the record undecodable, as in the Collector (pdata/internal/proto/unmarshal.go).
/// </summary>
internal sealed class MessageShape
{
    private const sbyte Unknown = -1;
    private const sbyte VarintField = OtlpTags.WireVarint;
    private const sbyte Fixed64Field = OtlpTags.WireFixed64;
    private const sbyte LengthField = OtlpTags.WireLength;
    private const sbyte Fixed32Field = OtlpTags.WireFixed32;

    public static readonly MessageShape Request = new([Unknown, LengthField]);
    public static readonly MessageShape ResourceSpans = new([Unknown, LengthField, LengthField, LengthField]);
    public static readonly MessageShape Resource = new([Unknown, LengthField, VarintField, LengthField]);
    public static readonly MessageShape ScopeSpans = new([Unknown, LengthField, LengthField, LengthField]);
    public static readonly MessageShape Span = new(
    [
        Unknown, LengthField, LengthField, LengthField, LengthField, LengthField, VarintField, Fixed64Field, Fixed64Field,
        LengthField, VarintField, LengthField, VarintField, LengthField, VarintField, LengthField, Fixed32Field,
    ]);

    public static readonly MessageShape Status = new([Unknown, Unknown, LengthField, VarintField]);
    public static readonly MessageShape Event = new([Unknown, Fixed64Field, LengthField, LengthField, VarintField]);
    public static readonly MessageShape KeyValue = new([Unknown, LengthField, LengthField, VarintField]);
    public static readonly MessageShape AnyValue = new(
    [
        Unknown, LengthField, VarintField, VarintField, Fixed64Field, LengthField, LengthField, LengthField, VarintField,
    ]);

    /// <summary>ArrayValue and KeyValueList: both have only field 1.</summary>
    public static readonly MessageShape List = new([Unknown, LengthField]);

    private readonly sbyte[] wireTypes;

    private MessageShape(sbyte[] wireTypes) => this.wireTypes = wireTypes;

    /// <summary>Whether a field of this number may have this wire type.</summary>
    public bool Allows(uint fieldNumber, int wireType) =>
        fieldNumber >= (uint)wireTypes.Length || wireTypes[fieldNumber] == Unknown || wireTypes[fieldNumber] == wireType;
}
