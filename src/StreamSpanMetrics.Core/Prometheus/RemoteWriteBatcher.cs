namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Gathers the series of whole records of one partition and one step, and cuts them into requests by bytes, never by time (E1):
/// what is sent after a crash, from the committed offset on, is identical. While <see cref="Fits"/> holds, <see cref="Append"/>;
/// else, and before a record of another step, send all <see cref="Requests"/>, commit, <see cref="Clear"/>. Not for several threads.
/// </summary>
/// <param name="maxBatchBytes">
/// Largest request in bytes before compression, as 1.0 has it whatever is sent, so that the cut is the same after a fall back from 2.0; a
/// single series above it is a request of its own.
/// </param>
/// <param name="sendMetadata">
/// Whether a request with the types and units of the families goes first, as the Collector does it. It goes as 1.0 only.
/// </param>
public sealed class RemoteWriteBatcher(int maxBatchBytes, bool sendMetadata)
{
    private const byte MetadataTag = 0x1a;

    private readonly SeriesBuffer pending = new();
    private readonly ByteBuffer metadata = new();

    /// <summary>Whether nothing is gathered.</summary>
    public bool IsEmpty => pending.SeriesCount == 0;

    /// <summary>Number of samples gathered.</summary>
    public int SampleCount => pending.SampleCount;

    /// <summary>
    /// Whether <paramref name="record"/> may join what is gathered. A record too big for one request stands alone and is cut
    /// between series.
    /// </summary>
    public bool Fits(SeriesBuffer record) => IsEmpty || (long)pending.Length + record.Length <= maxBatchBytes;

    /// <summary>Adds the series of a record, by copy.</summary>
    public void Append(SeriesBuffer record) => pending.Append(record);

    /// <summary>The requests for all that is gathered, in order. They are views, valid until the next <see cref="Append"/>.</summary>
    public List<WriteRequestBatch> Requests()
    {
        List<WriteRequestBatch> requests = [];
        if (sendMetadata && pending.Families.Count > 0)
        {
            requests.Add(new WriteRequestBatch(EncodeMetadata()));
        }

        int first = 0;
        for (int at = 1; at <= pending.SeriesCount; at++)
        {
            if (at == pending.SeriesCount || pending.LengthOf(first, at - first + 1) > maxBatchBytes)
            {
                requests.Add(new WriteRequestBatch(pending, first, at - first));
                first = at;
            }
        }

        return requests;
    }

    /// <summary>Forgets what is gathered; its requests are no longer valid.</summary>
    public void Clear() => pending.Clear();

    // Field 3 of WriteRequest: type (1), family name (2), help (4), unit (5).
    private ReadOnlyMemory<byte> EncodeMetadata()
    {
        metadata.Truncate();
        ByteBuffer entry = new();
        foreach (MetricFamily family in pending.Families)
        {
            entry.Truncate();
            entry.Append(0x08);
            entry.AppendVarint((uint)family.Kind);
            entry.AppendField(0x12, System.Text.Encoding.UTF8.GetBytes(family.Name));
            if (family.Help.Length > 0)
            {
                entry.AppendField(0x22, System.Text.Encoding.UTF8.GetBytes(family.Help));
            }

            if (family.Unit.Length > 0)
            {
                entry.AppendField(0x2a, System.Text.Encoding.UTF8.GetBytes(family.Unit));
            }

            metadata.AppendField(MetadataTag, entry.Written);
        }

        return metadata.WrittenMemory;
    }
}
