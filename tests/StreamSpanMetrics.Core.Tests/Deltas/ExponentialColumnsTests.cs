using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>Exponential histograms as columns: what is written is read, and damage is noticed.</summary>
public sealed class ExponentialColumnsTests
{
    private const int MaxSize = 20;

    private readonly ExponentialScale mapping = new(DurationUnit.Milliseconds);

    [Fact]
    public void What_is_written_is_read()
    {
        Random random = Seeded.Random(12);
        List<ExponentialBuckets> written = [.. Enumerable.Range(0, 50).Select(_ => Histogram(random))];
        ExponentialColumns columns = new();
        int bound = written.Sum(histogram => ExponentialColumnsCodec.Add(columns, histogram));
        Assert.InRange(columns.CalculateSize(), 1, bound + 100);

        ExponentialPlace place = default;
        foreach (ExponentialBuckets histogram in written)
        {
            Assert.False(ExponentialColumnsCodec.IsEnd(columns, place));
            ExponentialBuckets read = new(MaxSize);
            Assert.True(ExponentialColumnsCodec.TryRead(columns, ref place, MaxSize, read));
            Assert.Equal((histogram.Scale, histogram.Offset, histogram.ZeroCount), (read.Scale, read.Offset, read.ZeroCount));
            Assert.Equal((histogram.MinNanos, histogram.MaxNanos), (read.MinNanos, read.MaxNanos));
            Assert.Equal(histogram.Counts.ToArray(), read.Counts.ToArray());
        }

        Assert.True(ExponentialColumnsCodec.IsEnd(columns, place));
        Assert.False(ExponentialColumnsCodec.TryRead(columns, ref place, MaxSize, null));
    }

    [Fact]
    public void Damaged_columns_are_refused_or_read_but_never_thrown_at()
    {
        Random random = Seeded.Random(13);
        int refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            ExponentialColumns columns = new();
            for (int count = 0; count < 3; count++)
            {
                ExponentialColumnsCodec.Add(columns, Histogram(random));
            }

            Damage(columns, random);
            ExponentialBuckets total = new(MaxSize);
            ExponentialPlace place = default;
            while (!ExponentialColumnsCodec.IsEnd(columns, place))
            {
                ExponentialPlace before = place;
                if (!ExponentialColumnsCodec.TryRead(columns, ref place, MaxSize, null))
                {
                    refused++;
                    break;
                }

                Assert.True(ExponentialColumnsCodec.TryRead(columns, ref before, MaxSize, total));
                Assert.InRange(total.Counts.Length, 0, MaxSize);
            }
        }

        Assert.InRange(refused, 500, 2000);
    }

    private static void Damage(ExponentialColumns columns, Random random)
    {
        int odd = random.Next(4) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(-20, 21);
        switch (random.Next(6))
        {
            case 0:
                columns.Scales[random.Next(3)] = odd;
                break;
            case 1:
                columns.Sizes[random.Next(3)] = (uint)odd;
                break;
            case 2 when columns.IndexSteps.Count > 0:
                columns.IndexSteps[random.Next(columns.IndexSteps.Count)] = odd;
                break;
            case 3 when columns.BucketCounts.Count > 0:
                columns.BucketCounts[random.Next(columns.BucketCounts.Count)] = (ulong)Math.Max(0, odd);
                break;
            case 4 when columns.BucketCounts.Count > 0:
                columns.BucketCounts.RemoveAt(0);
                break;
            default:
                columns.MinNanos.RemoveAt(0);
                break;
        }
    }

    private ExponentialBuckets Histogram(Random random)
    {
        ExponentialBuckets histogram = new(MaxSize);
        int count = random.Next(1, 30);
        ulong[] durations = new ulong[count];
        for (int at = 0; at < count; at++)
        {
            durations[at] = random.Next(6) == 0 ? 0 : (ulong)random.NextInt64(1, 1L << random.Next(1, 60));
        }

        histogram.Add(durations, mapping);
        return histogram;
    }
}
