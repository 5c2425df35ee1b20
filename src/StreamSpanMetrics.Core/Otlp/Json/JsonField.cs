using System.Text;

namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>
/// A field of an OTLP message in JSON: its two names and what it is in protobuf. Both the lowerCamelCase name and that of the .proto
/// file are read (protobuf's JSON mapping; the Collector's pdata/internal/generated_proto_*.go).
/// </summary>
internal sealed class JsonField
{
    private readonly byte[] name;
    private readonly byte[] originalName;

    private JsonField(string name, uint tag, JsonFieldKind kind, JsonMessage? message, byte[][] names)
    {
        this.name = Encoding.UTF8.GetBytes(name);
        originalName = Encoding.UTF8.GetBytes(OriginalName(name));
        NameAndColon = [(byte)'"', .. this.name, (byte)'"', (byte)':'];
        Tag = tag;
        Kind = kind;
        Message = message;
        Names = names;
    }

    /// <summary>Its lowerCamelCase name in quotes with the colon behind it, as a writer without white space writes it.</summary>
    public byte[] NameAndColon { get; }

    /// <summary>Tag in protobuf: field number and wire type.</summary>
    public uint Tag { get; }

    /// <summary>How its value is read.</summary>
    public JsonFieldKind Kind { get; }

    /// <summary>The message in it, if its kind is one of messages.</summary>
    public JsonMessage? Message { get; }

    /// <summary>Names of an enumeration's values, from 0 on.</summary>
    public byte[][] Names { get; }

    /// <summary>A field without a message in it, by its lowerCamelCase name.</summary>
    public static JsonField Scalar(string name, int number, JsonFieldKind kind) => new(name, TagOf(number, kind), kind, null, []);

    /// <summary>An enumeration.</summary>
    public static JsonField Enumeration(string name, int number, params string[] names) =>
        new(name, TagOf(number, JsonFieldKind.Enumeration), JsonFieldKind.Enumeration, null, [.. Array.ConvertAll(names, Encoding.UTF8.GetBytes)]);

    /// <summary>A field with messages.</summary>
    public static JsonField Nested(string name, int number, JsonFieldKind kind, JsonMessage message) =>
        new(name, TagOf(number, kind), kind, message, []);

    /// <summary>Whether this is one of its names.</summary>
    public bool HasName(ReadOnlySpan<byte> other) => other.SequenceEqual(name) || other.SequenceEqual(originalName);

    private static uint TagOf(int number, JsonFieldKind kind)
    {
        int wireType = kind switch
        {
            JsonFieldKind.Fixed64 or JsonFieldKind.Double => OtlpTags.WireFixed64,
            JsonFieldKind.Fixed32 => OtlpTags.WireFixed32,
            JsonFieldKind.UInt32 or JsonFieldKind.Int32 or JsonFieldKind.Int64 or JsonFieldKind.Bool or JsonFieldKind.Enumeration =>
                OtlpTags.WireVarint,
            _ => OtlpTags.WireLength,
        };
        return (uint)((number << 3) | wireType);
    }

    // startTimeUnixNano is start_time_unix_nano there.
    private static string OriginalName(string name)
    {
        StringBuilder original = new();
        foreach (char letter in name)
        {
            _ = char.IsAsciiLetterUpper(letter) ? original.Append('_').Append(char.ToLowerInvariant(letter)) : original.Append(letter);
        }

        return original.ToString();
    }
}
