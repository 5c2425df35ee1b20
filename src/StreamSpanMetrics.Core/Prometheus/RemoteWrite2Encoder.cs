using System.Text;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Turns a batch into a remote write 2.0 <c>Request</c> (io.prometheus.write.v2, rc.4). The series of a <see cref="SeriesBuffer"/> are in the
/// form of 1.0; here their texts become references to symbols, and each gets its metadata and the start timestamps of its samples. A function
/// of the batch alone, so a batch that is sent again, or cut again, has the same bytes (E1), and the same batch can be sent as 1.0. Reused
/// from batch to batch; not for several threads.
/// </summary>
public sealed class RemoteWrite2Encoder
{
    // Fields of a 1.0 TimeSeries, of its labels, and of the message here.
    private const byte LabelTag = 0x0a;
    private const byte SampleTag = 0x12;
    private const byte ExemplarTag = 0x1a;
    private const byte HistogramTag = 0x22;
    private const byte TimeSeriesTag2 = 0x2a;
    private const byte ReferencesTag2 = 0x0a;
    private const byte SampleTag2 = 0x12;
    private const byte HistogramTag2 = 0x1a;
    private const byte ExemplarTag2 = 0x22;
    private const byte MetadataTag2 = 0x2a;
    private const byte TypeTag2 = 0x08;
    private const byte HelpTag2 = 0x18;
    private const byte UnitTag2 = 0x20;
    private const byte SampleStartTag2 = 0x18;
    private const uint HistogramStartTag2 = 17 << 3;

    private readonly SymbolTable symbols = new();
    private readonly ByteBuffer request = new();
    private readonly ByteBuffer allSeries = new();
    private readonly ByteBuffer references = new();
    private readonly ByteBuffer fields = new();
    private readonly ByteBuffer metadata = new();
    private readonly ByteBuffer exemplarReferences = new();
    private readonly ByteBuffer exemplarRest = new();
    private (int Start, int Length, uint Name, uint Value)[] labels = new (int, int, uint, uint)[32];
    private int knownLabels;
    private MetricFamily? metadataOf;

    /// <summary>The encoded <c>Request</c> of <paramref name="batch"/>; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Encode(WriteRequestBatch batch)
    {
        symbols.Clear();
        allSeries.Truncate();
        knownLabels = 0;
        metadataOf = null;
        SeriesBuffer source = batch.Series;
        ReadOnlySpan<byte> bytes = source.BytesOf(batch.FirstSeries, batch.SeriesCount).Span;
        int at = 0;
        for (int series = batch.FirstSeries; series < batch.FirstSeries + batch.SeriesCount; series++)
        {
            at++;
            int length = (int)ReadVarint(bytes, ref at);
            EncodeSeries(bytes, at, at + length, source.StartsOf(series), source.FamilyOf(series));
            at += length;
        }

        request.Truncate();
        request.Append(symbols.Encoded);
        request.Append(allSeries.Written);
        return request.WrittenMemory;
    }

    private void EncodeSeries(ReadOnlySpan<byte> bytes, int at, int end, ReadOnlySpan<long> starts, MetricFamily family)
    {
        references.Truncate();
        fields.Truncate();
        int nthLabel = 0;
        int nthSample = 0;
        while (at < end)
        {
            byte tag = bytes[at++];
            int length = (int)ReadVarint(bytes, ref at);
            ReadOnlySpan<byte> payload = bytes.Slice(at, length);
            switch (tag)
            {
                case LabelTag:
                    AddLabel(bytes, at, length, nthLabel++);
                    break;
                case SampleTag:
                    AddWithStart(SampleTag2, payload, SampleStartTag2, starts[nthSample++]);
                    break;
                case HistogramTag:
                    AddWithStart(HistogramTag2, payload, HistogramStartTag2, starts[nthSample++]);
                    break;
                case ExemplarTag:
                    AddExemplar(payload);
                    break;
                default:
                    throw new InvalidOperationException($"A series has a field with tag {tag}, which has no form in remote write 2.0.");
            }

            at += length;
        }

        knownLabels = nthLabel;
        AddMetadata(family);
        int head = 1 + ByteBuffer.VarintLength((uint)references.Length) + references.Length;
        allSeries.Append(TimeSeriesTag2);
        allSeries.AppendVarint((uint)(head + fields.Length));
        allSeries.AppendField(ReferencesTag2, references.Written);
        allSeries.Append(fields.Written);
    }

    // Series that follow each other share most labels at the same places: those need no look at the symbols.
    private void AddLabel(ReadOnlySpan<byte> bytes, int start, int length, int nth)
    {
        ReadOnlySpan<byte> label = bytes.Slice(start, length);
        if (nth == labels.Length)
        {
            Array.Resize(ref labels, nth * 2);
        }

        ref (int Start, int Length, uint Name, uint Value) known = ref labels[nth];
        if (nth >= knownLabels || !bytes.Slice(known.Start, known.Length).SequenceEqual(label))
        {
            (uint name, uint value) = Refer(label);
            known = (start, length, name, value);
        }

        references.AppendVarint(known.Name);
        references.AppendVarint(known.Value);
    }

    private (uint Name, uint Value) Refer(ReadOnlySpan<byte> label)
    {
        int at = 1;
        int length = (int)ReadVarint(label, ref at);
        ReadOnlySpan<byte> name = label.Slice(at, length);
        at += length + 1;
        length = (int)ReadVarint(label, ref at);
        uint first = symbols.Reference(name);
        return (first, symbols.Reference(label.Slice(at, length)));
    }

    // Value and timestamp have the numbers that they have in 1.0, and so have all fields of a histogram.
    private void AddWithStart(byte tag, ReadOnlySpan<byte> payload, uint startTag, long startMillis)
    {
        int startLength = startMillis == 0 ? 0 : ByteBuffer.VarintLength(startTag) + ByteBuffer.VarintLength((ulong)startMillis);
        fields.Append(tag);
        fields.AppendVarint((uint)(payload.Length + startLength));
        fields.Append(payload);
        if (startMillis != 0)
        {
            fields.AppendVarint(startTag);
            fields.AppendVarint((ulong)startMillis);
        }
    }

    // Value and timestamp have the numbers that they have in 1.0.
    private void AddExemplar(ReadOnlySpan<byte> exemplar)
    {
        exemplarReferences.Truncate();
        exemplarRest.Truncate();
        int at = 0;
        while (at < exemplar.Length)
        {
            int start = at;
            byte tag = exemplar[at++];
            if (tag == LabelTag)
            {
                int length = (int)ReadVarint(exemplar, ref at);
                (uint name, uint value) = Refer(exemplar.Slice(at, length));
                exemplarReferences.AppendVarint(name);
                exemplarReferences.AppendVarint(value);
                at += length;
                continue;
            }

            at = (tag & 7) == 1 ? at + sizeof(double) : AfterVarint(exemplar, at);
            exemplarRest.Append(exemplar[start..at]);
        }

        int head = 1 + ByteBuffer.VarintLength((uint)exemplarReferences.Length) + exemplarReferences.Length;
        fields.Append(ExemplarTag2);
        fields.AppendVarint((uint)(head + exemplarRest.Length));
        fields.AppendField(ReferencesTag2, exemplarReferences.Written);
        fields.Append(exemplarRest.Written);
    }

    // A run of series has one family, and its references stay the same within a request.
    private void AddMetadata(MetricFamily family)
    {
        if (!ReferenceEquals(family, metadataOf))
        {
            // target_info is a gauge to the Collector and to Prometheus; info is a type of OpenMetrics.
            MetricKind kind = family.Kind == MetricKind.Info ? MetricKind.Gauge : family.Kind;
            metadata.Truncate();
            metadata.Append(TypeTag2);
            metadata.AppendVarint((uint)kind);
            AddReference(HelpTag2, family.Help);
            AddReference(UnitTag2, family.Unit);
            metadataOf = family;
        }

        fields.AppendField(MetadataTag2, metadata.Written);
    }

    private void AddReference(byte tag, string text)
    {
        if (text.Length > 0)
        {
            metadata.Append(tag);
            metadata.AppendVarint(symbols.Reference(Encoding.UTF8.GetBytes(text)));
        }
    }

    private static int AfterVarint(ReadOnlySpan<byte> bytes, int at)
    {
        ReadVarint(bytes, ref at);
        return at;
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
