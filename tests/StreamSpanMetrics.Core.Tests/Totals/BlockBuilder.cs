using System.Text;
using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Builds delta blocks from source records the plain way: one entry per observation.</summary>
public static class BlockBuilder
{
    public const ulong Fingerprint = 0xF00D;

    public static readonly ByteString TopicId = ByteString.CopyFromUtf8("0123456789abcdef");

    public static readonly long[] BoundsNanos = [1_000_000, 10_000_000, 100_000_000];

    public static readonly SeriesLayout Layout = new(new SpanRules
    {
        IncludeServiceName = false,
        IncludeSpanKind = false,
        IncludeStatusCode = false,
        Dimensions = [new DimensionRule("http.code")],
        EventsEnabled = true,
        EventsDimensions = [new DimensionRule("exception.type")],
    });

    public static readonly ShardRules Rules = new()
    {
        RulesFingerprint = Fingerprint, IntervalMillis = 15_000, ExpiryMillis = 0, Histogram = new(4, 0), Layout = Layout,
    };

    public static readonly PointRules PointRules = new()
    {
        IntervalMillis = 15_000, ExpiryMillis = 0, Histogram = new() { BoundsNanos = BoundsNanos },
    };

    public static TestSeries Spans(string name, string code = "", ValueKind kind = ValueKind.String) =>
        new(SeriesFamily.Spans, (ValueKind.String, name), (code.Length == 0 ? ValueKind.Absent : kind, code));

    public static TestSeries Events(string name, string type) =>
        new(SeriesFamily.Events, (ValueKind.String, name), (ValueKind.Absent, ""), (ValueKind.String, type));

    /// <summary>The block that a cut makes of some records that follow each other in a partition.</summary>
    public static DeltaBlock Block(
        uint partition, long from, IReadOnlyList<SourceRecord> records, uint partitions = 2, long intervalMillis = 15_000)
    {
        DeltaBlock block = Header(partition, from, from + records.Count, partitions);
        long clock = long.MinValue;
        foreach (SourceRecord record in records)
        {
            clock = Math.Max(clock, record.TimestampMillis);
            long step = clock / intervalMillis;
            foreach (Observation observation in record.Observations)
            {
                Add(block, step, observation);
            }
        }

        block.WatermarkUnixMillis = clock;
        return block;
    }

    public static DeltaBlock Header(uint partition, long from, long to, uint partitions = 2) => new()
    {
        Format = 1,
        RulesFingerprint = Fingerprint,
        SourceTopicId = TopicId,
        SourcePartition = partition,
        FromOffset = from,
        ToOffset = to,
        Parts = 1,
        SourcePartitionCount = partitions,
    };

    public static void Add(DeltaBlock block, long step, Observation observation)
    {
        DeltaStep? target = block.Steps.FirstOrDefault(known => known.Step == step);
        if (target is null)
        {
            block.Steps.Add(target = new DeltaStep { Step = step });
        }

        DeltaResource resource = observation.Resource.ToMessage();
        resource.Series = new SeriesColumns { Keys = ByteString.CopyFrom(Key(observation.Series)) };
        resource.Series.Counts.Add(observation.Count);
        bool hasHistogram = SeriesLayout.HasHistogram(observation.Series.Family);
        resource.Series.SumLow.Add(hasHistogram ? observation.Count * (ulong)observation.DurationNanos : 0);
        if (hasHistogram)
        {
            resource.Series.BucketMasks.Add(1UL << Bucket(observation.DurationNanos));
            resource.Series.BucketCounts.Add(observation.Count);
        }

        if (observation.Exemplars.Count > 0)
        {
            ExemplarColumnsBuilder exemplars = new();
            exemplars.Add(0, [.. observation.Exemplars]);
            resource.Exemplars = exemplars.Finish();
        }

        target.Resources.Add(resource);
    }

    public static int Bucket(long durationNanos)
    {
        int bucket = 0;
        while (bucket < BoundsNanos.Length && durationNanos > BoundsNanos[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    /// <summary>A keys column of one key.</summary>
    public static byte[] Key(TestSeries series)
    {
        byte[] buffer = new byte[1024];
        buffer[0] = (byte)series.Family;
        int length = 1;
        foreach ((ValueKind kind, string text) in series.Values)
        {
            length += SeriesKeyCodec.WriteValue(buffer.AsSpan(length), kind, Encoding.UTF8.GetBytes(text));
        }

        byte[] column = new byte[length + SeriesKeyCodec.MaxVarintBytes];
        int header = SeriesKeyCodec.WriteVarint(column, (ulong)length);
        buffer.AsSpan(0, length).CopyTo(column.AsSpan(header));
        return column[..(header + length)];
    }
}
