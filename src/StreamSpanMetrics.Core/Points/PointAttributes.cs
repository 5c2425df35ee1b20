using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Points;

/// <summary>The attributes of one series as fields of the three kinds of points, which have different numbers. Single-threaded.</summary>
internal sealed class PointAttributes
{
    private readonly ResourceEncoder texts;
    private readonly byte[][][] nameFields;
    private readonly int[] globStarts;
    private readonly ProtobufBuffer globName = new();
    private readonly ProtobufBuffer keyValue = new();

    /// <param name="layout">Dimensions by family.</param>
    /// <param name="texts">Writes attributes.</param>
    public PointAttributes(SeriesLayout layout, ResourceEncoder texts)
    {
        this.texts = texts;
        nameFields = new byte[layout.FamilyCount][][];
        globStarts = new int[layout.FamilyCount];
        for (int family = 0; family < nameFields.Length; family++)
        {
            nameFields[family] = EncodedFields.Names(layout.Names((SeriesFamily)family));
            globStarts[family] = layout.GlobStart((SeriesFamily)family);
        }
    }

    /// <summary>Of a number.</summary>
    public ProtobufBuffer Number { get; } = new();

    /// <summary>Of an explicit histogram.</summary>
    public ProtobufBuffer Histogram { get; } = new();

    /// <summary>Of an exponential histogram.</summary>
    public ProtobufBuffer Exponential { get; } = new();

    /// <summary>Encodes those of a series, until the next call.</summary>
    public void Encode(SeriesStore series, int slot, SeriesFamily family)
    {
        Number.Clear();
        Histogram.Clear();
        Exponential.Clear();
        if (series.IsOverflow(slot))
        {
            OverflowAttribute.WriteTo(Number, Histogram, Exponential);
            return;
        }

        ReadOnlySpan<byte> seriesKey = series.Key(slot);
        ReadOnlySpan<byte> kinds = series.Kinds(slot);
        byte[][] names = nameFields[(int)family];
        int position = 1;
        for (int dimension = 0; dimension < names.Length; dimension++)
        {
            SeriesKeyCodec.TryReadValue(seriesKey, ref position, out _, out ReadOnlySpan<byte> text);
            if (text.IsEmpty)
            {
                continue;
            }

            keyValue.Clear();
            ReadOnlySpan<byte> name = names[dimension];
            ValueKind kind = (ValueKind)kinds[dimension];
            if (dimension >= globStarts[(int)family])
            {
                // From here on each value follows its name.
                globName.Clear();
                globName.WriteField(1, text);
                name = globName.Written;
                kind = (ValueKind)kinds[++dimension];
                SeriesKeyCodec.TryReadValue(seriesKey, ref position, out _, out text);
            }

            texts.WriteKeyValue(keyValue, name, kind, text);
            Number.WriteField(7, keyValue.Written);
            Histogram.WriteField(9, keyValue.Written);
            Exponential.WriteField(1, keyValue.Written);
        }
    }
}
