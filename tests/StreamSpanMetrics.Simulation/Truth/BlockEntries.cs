using System.Numerics;
using System.Text;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Simulation.Worlds;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>Reads the entries of delta blocks, slowly, from the description of the format.</summary>
internal static class BlockEntries
{
    /// <summary>Entries of one resource.</summary>
    public static IEnumerable<Entry> Of(DeltaResource resource)
    {
        string service = resource.ServiceName?.Text ?? "";
        string environment = resource.Identity.FirstOrDefault(one => one.Name == "deployment.environment.name")?.Text ?? "";
        string host = resource.Descriptive.FirstOrDefault(one => one.Name == "host.name")?.Text ?? "";
        int buckets = Plan.Histogram.BoundsNanos.Count + 1;
        byte[] keys = resource.Series.Keys.ToByteArray();
        int position = 0;
        int nextBucket = 0;
        int mask = 0;
        Queue<SlowExemplar> exemplars = new(Exemplars(resource.Exemplars));
        for (int i = 0; i < resource.Series.Counts.Count; i++)
        {
            int length = (int)Varint(keys, ref position);
            byte[] key = keys[position..(position + length)];
            position += length;
            SeriesFamily family = (SeriesFamily)key[0];
            List<string> texts = Texts(key);
            ulong low = resource.Series.SumLow.Count > 0 ? resource.Series.SumLow[i] : 0;
            ulong high = resource.Series.SumHigh.Count > 0 ? resource.Series.SumHigh[i] : 0;
            ulong[] counts = [];
            if (family != SeriesFamily.Events)
            {
                counts = new ulong[buckets];
                ulong bits = resource.Series.BucketMasks[mask++];
                for (int bucket = 0; bucket < buckets; bucket++)
                {
                    counts[bucket] = (bits >> bucket & 1) == 1 ? resource.Series.BucketCounts[nextBucket++] : 0;
                }
            }

            string name = family == SeriesFamily.Events
                ? SeriesNames.OfEvents(service, environment, texts[1], texts[2], texts[3], texts[4])
                : SeriesNames.OfSpans(service, environment, texts[1], texts[2], texts[3]);
            yield return new Entry(service, host, name, resource.Series.Counts[i], ((BigInteger)high << 64) + low, counts)
            {
                Exemplars = [.. Enumerable.Range(0, Size(resource.Exemplars, i)).Select(_ => exemplars.Dequeue())],
            };
        }
    }

    private static int Size(ExemplarColumns? columns, int entry) => entry < columns?.Sizes.Count ? (int)columns.Sizes[entry] : 0;

    private static IEnumerable<SlowExemplar> Exemplars(ExemplarColumns? columns)
    {
        for (int at = 0; at < columns?.DurationNanos.Count; at++)
        {
            yield return new SlowExemplar(
                Convert.ToHexString(columns.Ids.Span.Slice(at * 24, 24)), columns.DurationNanos[at], columns.EndUnixNanos[at]);
        }
    }

    // Dimensions in the order of the rules: service.name, span.name, span.kind, status.code, and for events exception.type.
    private static List<string> Texts(byte[] key)
    {
        List<string> texts = [];
        int position = 1;
        while (position < key.Length)
        {
            int length = (int)(Varint(key, ref position) >> 3);
            texts.Add(Encoding.UTF8.GetString(key, position, length));
            position += length;
        }

        return texts;
    }

    private static ulong Varint(byte[] bytes, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
