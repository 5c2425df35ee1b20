using System.Runtime.CompilerServices;

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

    /// <summary>From this number on a tag takes more than one byte.</summary>
    private const int LongTagNumber = 16;

    public static readonly MessageShape Request = new([Unknown, LengthField]);
    public static readonly MessageShape ResourceSpans = new([Unknown, LengthField, LengthField, LengthField]);
    public static readonly MessageShape Resource = new([Unknown, LengthField, VarintField, LengthField]);
    public static readonly MessageShape ScopeSpans = new([Unknown, LengthField, LengthField, LengthField]);
    public static readonly MessageShape Scope = new([Unknown, LengthField, LengthField, LengthField, VarintField]);
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

    /// <summary>A bit for each number of a length-delimited field whose tag is one byte.</summary>
    private readonly uint lengthDelimited;

    private MessageShape(sbyte[] wireTypes)
    {
        this.wireTypes = wireTypes;
        for (int number = 1; number < Math.Min(wireTypes.Length, LongTagNumber); number++)
        {
            lengthDelimited |= wireTypes[number] == LengthField ? 1u << number : 0;
        }
    }

    /// <summary>Whether this is the one-byte tag of a known length-delimited field. What is false here may still be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsLengthDelimited(byte tag) =>
        (tag & 7) == OtlpTags.WireLength && tag >> 3 < LongTagNumber && (lengthDelimited & (1u << (tag >> 3))) != 0;

    /// <summary>Whether a field of this number may have this wire type.</summary>
    public bool Allows(uint fieldNumber, int wireType) =>
        fieldNumber >= (uint)wireTypes.Length || wireTypes[fieldNumber] == Unknown || wireTypes[fieldNumber] == wireType;
}
