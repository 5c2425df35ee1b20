using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>
/// Every point of the calls that a log of records must give, from the records alone: a record's step follows from the running maximum of the
/// timestamps in its partition, a point is the total up to its step, a series without a change for the expiry ends and may begin anew.
/// Shares no code with the program.
/// </summary>
public sealed class PointTruth
{
    private const ulong NanosPerMilli = 1_000_000;

    private readonly SortedDictionary<string, SortedDictionary<long, long>> changes = new(StringComparer.Ordinal);
    private readonly long stepMillis;
    private readonly long expirySteps;
    private long lastStep;

    private PointTruth(TimeSpan step, TimeSpan expiry)
    {
        stepMillis = (long)step.TotalMilliseconds;
        expirySteps = (long)(expiry / step);
    }

    /// <summary>What the newest values of all series add up to: spans since their last beginning.</summary>
    public long LatestSpans => changes.Values.Sum(Latest);

    /// <summary>Series that end and begin anew.</summary>
    public int Rebirths => changes.Values.Sum(series => series.Keys.Zip(series.Keys.Skip(1)).Count(pair => Ends(pair.First, pair.Second)));

    /// <summary>Points of records in the order in which each partition holds them.</summary>
    public static PointTruth Of(IEnumerable<CapturedRecord> records, TimeSpan step, TimeSpan expiry)
    {
        PointTruth truth = new(step, expiry);
        Dictionary<int, long> clocks = [];
        foreach (CapturedRecord record in records)
        {
            long clock = Math.Max(clocks.GetValueOrDefault(record.Partition), record.TimestampMillis);
            clocks[record.Partition] = clock;
            truth.Add(clock / truth.stepMillis, SpanTruth.Of([record.Value]));
        }

        return truth;
    }

    /// <summary>Asserts that the points of every series are those of the truth, in order, at least as far as the last record's step.</summary>
    public void IsHeldBy(PointLog log)
    {
        Assert.Equal(changes.Keys, log.Calls.Keys.Select(name => name.ToString()).Order(StringComparer.Ordinal));
        foreach ((SeriesName name, List<NumberDataPoint> points) in log.Calls)
        {
            long closed = (long)(points[^1].TimeUnixNano / NanosPerMilli / (ulong)stepMillis) - 1;
            bool ended = HasNoValue(points[^1]);
            Assert.True(ended || closed >= lastStep, $"{name} stops at {points[^1]}");
            List<string> expected = [.. Expected(changes[name.ToString()], Math.Max(closed + 1, lastStep)).Take(points.Count)];
            Assert.Equal(expected, points.Select(Text));
        }
    }

    private void Add(long step, SpanTruth counted)
    {
        lastStep = Math.Max(lastStep, step);
        foreach ((SeriesName name, long calls) in counted.Calls)
        {
            if (!changes.TryGetValue(name.ToString(), out SortedDictionary<long, long>? series))
            {
                series = [];
                changes.Add(name.ToString(), series);
            }

            series[step] = series.GetValueOrDefault(step) + calls;
        }
    }

    private long Latest(SortedDictionary<long, long> series)
    {
        long total = 0;
        long before = 0;
        foreach ((long step, long calls) in series)
        {
            total = Ends(before, step) ? calls : total + calls;
            before = step;
        }

        return total;
    }

    private bool Ends(long before, long after) => after - before > expirySteps;

    private IEnumerable<string> Expected(SortedDictionary<long, long> series, long until)
    {
        long start = 0;
        long total = 0;
        long? before = null;
        foreach ((long step, long calls) in series)
        {
            bool begins = before is not long known || Ends(known, step);
            if (before is long last)
            {
                foreach (string point in Unchanged(last, begins ? last + expirySteps : step - 1, start, total))
                {
                    yield return point;
                }
            }

            if (begins)
            {
                start = step * stepMillis;
                total = 0;
                yield return Text(start, start, "0");
            }

            total += calls;
            before = step;
            yield return Text(start, End(step), $"{total}");
        }

        foreach (string point in Unchanged(before!.Value, until, start, total))
        {
            yield return point;
        }
    }

    // The same value at every step after the last change, until the series is forgotten.
    private IEnumerable<string> Unchanged(long last, long until, long start, long total)
    {
        for (long step = last + 1; step <= Math.Min(until, last + expirySteps - 1); step++)
        {
            yield return Text(start, End(step), $"{total}");
        }

        if (until >= last + expirySteps)
        {
            yield return Text(start, End(last + expirySteps) - 1, "ended");
        }
    }

    private long End(long step) => (step + 1) * stepMillis;

    private static string Text(NumberDataPoint point) => Text(
        (long)(point.StartTimeUnixNano / NanosPerMilli),
        (long)(point.TimeUnixNano / NanosPerMilli),
        HasNoValue(point) ? "ended" : $"{point.AsInt}");

    private static string Text(long startMillis, long timeMillis, string value) => $"{startMillis} {timeMillis} {value}";

    private static bool HasNoValue(NumberDataPoint point) => (point.Flags & (uint)DataPointFlags.NoRecordedValueMask) != 0;
}
