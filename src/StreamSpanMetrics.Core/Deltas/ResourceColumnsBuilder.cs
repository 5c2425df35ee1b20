using System.Buffers;
using Google.Protobuf;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>Collects the entries of one resource as columns.</summary>
internal sealed class ResourceColumnsBuilder
{
    private const int BitsPerWord = 64;

    /// <summary>Upper bound of what one column value takes: a varint.</summary>
    private const int MaxVarintBytes = 10;

    /// <summary>Upper bound of what a 32-bit bucket count takes.</summary>
    private const int MaxCountBytes = 5;

    private readonly bool isExplicit;
    private readonly DeltaResource message;
    private readonly ArrayBufferWriter<byte> keys = new();
    private ExemplarColumnsBuilder? exemplarColumns;
    private bool anySumHigh;

    /// <param name="group">What tells the resource from others.</param>
    /// <param name="descriptive">What else is known of it.</param>
    /// <param name="isExplicit">Whether durations are kept in explicit buckets.</param>
    public ResourceColumnsBuilder(ResourceGroup group, IReadOnlyList<ResourceAttribute> descriptive, bool isExplicit)
    {
        this.isExplicit = isExplicit;
        message = new DeltaResource
        {
            ServiceNamespace = ToAttribute(group.ServiceNamespace),
            ServiceName = ToAttribute(group.ServiceName),
            Series = new SeriesColumns(),
        };
        foreach (ResourceAttribute attribute in group.Identity)
        {
            message.Identity.Add(ToAttribute(attribute));
        }

        foreach (ResourceAttribute attribute in descriptive)
        {
            message.Descriptive.Add(ToAttribute(attribute));
        }

        HeadBytes = message.CalculateSize();
    }

    /// <summary>Bytes of the message without its columns.</summary>
    public int HeadBytes { get; }

    /// <summary>Adds an entry and returns an upper bound of the bytes that it takes.</summary>
    /// <param name="key">Rendered key.</param>
    /// <param name="sumLow">Sum of durations in nanoseconds, lower half.</param>
    /// <param name="sumHigh">Upper half.</param>
    /// <param name="buckets">Explicit buckets; the first alone is the count where there is no explicit histogram.</param>
    /// <param name="exponential">The exponential histogram; null where the rules ask for none.</param>
    /// <param name="exemplars">Its exemplars.</param>
    public int Add(
        ReadOnlySpan<byte> key, ulong sumLow, ulong sumHigh, ReadOnlySpan<ulong> buckets, ExponentialBuckets? exponential,
        ReadOnlySpan<SpanExemplar> exemplars)
    {
        WriteKey(key);
        SeriesColumns columns = message.Series;
        int bytes = key.Length + (4 * MaxVarintBytes);
        ulong count = buckets[0];
        if (SeriesLayout.HasHistogram((SeriesFamily)key[0]))
        {
            if (exponential is not null)
            {
                bytes += ExponentialColumnsCodec.Add(columns.Exponential ??= new ExponentialColumns(), exponential);
            }

            if (isExplicit)
            {
                bytes += AddBuckets(columns, buckets, out count);
            }
        }

        if (!exemplars.IsEmpty)
        {
            exemplarColumns ??= new ExemplarColumnsBuilder();
            bytes += exemplarColumns.Add(columns.Counts.Count, exemplars);
        }

        columns.Counts.Add(count);
        columns.SumLow.Add(sumLow);
        columns.SumHigh.Add(sumHigh);
        anySumHigh |= sumHigh != 0;
        return bytes;
    }

    /// <summary>The finished message; the builder is void afterwards.</summary>
    public DeltaResource Finish()
    {
        message.Series.Keys = UnsafeByteOperations.UnsafeWrap(keys.WrittenMemory);
        message.Exemplars = exemplarColumns?.Finish();
        if (!anySumHigh)
        {
            message.Series.SumHigh.Clear();
        }

        return message;
    }

    private static int AddBuckets(SeriesColumns columns, ReadOnlySpan<ulong> buckets, out ulong count)
    {
        count = 0;
        int bytes = 0;
        for (int word = 0; word * BitsPerWord < buckets.Length; word++)
        {
            ulong mask = 0;
            int end = Math.Min((word + 1) * BitsPerWord, buckets.Length);
            for (int bucket = word * BitsPerWord; bucket < end; bucket++)
            {
                if (buckets[bucket] != 0)
                {
                    mask |= 1UL << (bucket % BitsPerWord);
                    columns.BucketCounts.Add(buckets[bucket]);
                    count += buckets[bucket];
                    bytes += buckets[bucket] <= uint.MaxValue ? MaxCountBytes : MaxVarintBytes;
                }
            }

            columns.BucketMasks.Add(mask);
            bytes += MaxVarintBytes;
        }

        return bytes;
    }

    private void WriteKey(ReadOnlySpan<byte> key)
    {
        Span<byte> target = keys.GetSpan(key.Length + MaxCountBytes);
        int position = 0;
        uint length = (uint)key.Length;
        while (length >= 0x80)
        {
            target[position++] = (byte)(length | 0x80);
            length >>= 7;
        }

        target[position++] = (byte)length;
        key.CopyTo(target[position..]);
        keys.Advance(position + key.Length);
    }

    // TextKind has the numbers of ValueKind: a test holds them together.
    private static Schemas.V1.Attribute ToAttribute(ResourceAttribute attribute) => new()
    {
        Name = attribute.Name,
        Text = attribute.Kind == TextKind.Absent ? "" : attribute.Text,
        Kind = (ValueKind)attribute.Kind,
    };
}
