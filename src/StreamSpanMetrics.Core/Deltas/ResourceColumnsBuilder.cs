using System.Buffers;
using Google.Protobuf;
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

    private readonly DeltaResource message;
    private readonly ArrayBufferWriter<byte> keys = new();
    private bool anySumHigh;

    public ResourceColumnsBuilder(ResourceGroup group, IReadOnlyList<ResourceAttribute> descriptive)
    {
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
    public int Add(ReadOnlySpan<byte> key, ulong sumLow, ulong sumHigh, ReadOnlySpan<uint> buckets)
    {
        WriteKey(key);
        SeriesColumns columns = message.Series;
        bool histogram = SeriesLayout.HasHistogram((SeriesFamily)key[0]);
        ulong count = 0;
        int bytes = key.Length + (4 * MaxVarintBytes);
        if (histogram)
        {
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
                        bytes += MaxCountBytes;
                    }
                }

                columns.BucketMasks.Add(mask);
                bytes += MaxVarintBytes;
            }
        }
        else
        {
            count = buckets[0];
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
        if (!anySumHigh)
        {
            message.Series.SumHigh.Clear();
        }

        return message;
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
