using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Turns a raw key into the key that travels (schemas/streamspanmetrics/v1/series.proto): values as text with their kind. Called once
/// for each new series. Not thread-safe: the returned span lives until the next call.
/// </summary>
public sealed class SeriesKeyRenderer
{
    private const int MaxVarintBytes = 5;
    private const int KindBits = 3;

    private readonly SpanRules rules;
    private readonly SeriesLayout layout;
    private readonly AnyValueText valueText;
    private readonly ArrayBufferWriter<byte> rendered = new();
    private readonly ArrayBufferWriter<byte> value = new();

    /// <summary>Renders keys under <paramref name="rules"/>.</summary>
    public SeriesKeyRenderer(SpanRules rules, SeriesLayout layout, AnyValueText valueText)
    {
        this.rules = rules;
        this.layout = layout;
        this.valueText = valueText;
    }

    /// <summary>
    /// The rendered key of <paramref name="rawKey"/>, whose resource variant has the dimension <paramref name="serviceName"/>.
    /// </summary>
    public ReadOnlySpan<byte> Render(ReadOnlySpan<byte> rawKey, ResourceAttribute serviceName)
    {
        rendered.ResetWrittenCount();
        rendered.GetSpan(1)[0] = rawKey[0];
        rendered.Advance(1);
        if (rules.IncludeServiceName)
        {
            Append(serviceName.Kind, Encoding.UTF8.GetBytes(serviceName.Text));
        }

        int position = RawKeyWriter.HeaderBytes;
        if (rules.IncludeSpanName)
        {
            AppendText(rawKey, ref position);
        }

        if (rules.IncludeSpanKind)
        {
            Append(TextKind.String, SpanText.Kind(rawKey[RawKeyWriter.KindPosition]));
        }

        if (rules.IncludeStatusCode)
        {
            byte status = rawKey[RawKeyWriter.StatusPosition];
            Append(TextKind.String, rules.UseOtelStatusCode ? SpanText.OtelStatus(status) : SpanText.Status(status));
        }

        if (rules.InstrumentationScopes.Count > 0)
        {
            AppendText(rawKey, ref position);
            AppendText(rawKey, ref position);
        }

        if (rules.IncludeSamplingMethod)
        {
            Append(TextKind.String, rawKey[position++] == 0 ? "counted"u8 : "extrapolated"u8);
        }

        for (int dimension = layout.Configured((SeriesFamily)rawKey[0]).Length; dimension > 0; dimension--)
        {
            value.ResetWrittenCount();
            bool present = TryReadPiece(rawKey, ref position, out ReadOnlySpan<byte> piece);
            TextKind kind = present ? valueText.Write(piece, value) : TextKind.Absent;
            Append(kind, value.WrittenSpan);
        }

        if (!layout.Globs((SeriesFamily)rawKey[0]).IsEmpty)
        {
            RenderGlobs(rawKey, position);
        }

        return rendered.WrittenSpan;
    }

    // An attribute without text is left out like any dimension without; the places behind the last one stay empty.
    private void RenderGlobs(ReadOnlySpan<byte> rawKey, int position)
    {
        int places = 2 * SeriesLayout.MaxGlobNames;
        while (position < rawKey.Length)
        {
            TryReadPiece(rawKey, ref position, out ReadOnlySpan<byte> name);
            TryReadPiece(rawKey, ref position, out ReadOnlySpan<byte> piece);
            value.ResetWrittenCount();
            TextKind kind = valueText.Write(piece, value);
            if (kind != TextKind.Absent && value.WrittenCount > 0)
            {
                Append(TextKind.String, name, SpanRules.MaxValueBytes);
                Append(kind, value.WrittenSpan);
                places -= 2;
            }
        }

        for (; places > 0; places--)
        {
            Append(TextKind.Absent, []);
        }
    }

    /// <summary>The variant in a raw key.</summary>
    public static int Variant(ReadOnlySpan<byte> rawKey) => BinaryPrimitives.ReadInt32LittleEndian(rawKey[RawKeyWriter.VariantPosition..]);

    private static bool TryReadPiece(ReadOnlySpan<byte> rawKey, ref int position, out ReadOnlySpan<byte> piece)
    {
        uint lengthPlusOne = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = rawKey[position++];
            lengthPlusOne |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                break;
            }
        }

        int length = Math.Max((int)lengthPlusOne - 1, 0);
        piece = rawKey.Slice(position, length);
        position += length;
        return lengthPlusOne > 0;
    }

    /// <summary>Appends a piece that is a text and no AnyValue.</summary>
    private void AppendText(ReadOnlySpan<byte> rawKey, ref int position)
    {
        TryReadPiece(rawKey, ref position, out ReadOnlySpan<byte> text);
        value.ResetWrittenCount();
        valueText.WriteText(text, value);
        Append(TextKind.String, value.WrittenSpan);
    }

    private void Append(TextKind kind, ReadOnlySpan<byte> whole) => Append(kind, whole, rules.MaxLabelBytes);

    private void Append(TextKind kind, ReadOnlySpan<byte> whole, int maxBytes)
    {
        ReadOnlySpan<byte> text = valueText.Cut(whole, maxBytes);
        bool absent = kind == TextKind.Absent || text.IsEmpty;
        uint header = absent ? 0 : ((uint)text.Length << KindBits) | (uint)kind;
        Span<byte> target = rendered.GetSpan(MaxVarintBytes + text.Length);
        int position = 0;
        while (header >= 0x80)
        {
            target[position++] = (byte)(header | 0x80);
            header >>= 7;
        }

        target[position++] = (byte)header;
        if (!absent)
        {
            text.CopyTo(target[position..]);
            position += text.Length;
        }

        rendered.Advance(position);
    }
}
