namespace StreamSpanMetrics.Demo;

/// <summary>The series of one operation and what they say together. Used under the table's lock.</summary>
internal sealed class RedOperation
{
    private readonly Dictionary<string, PointHistory> okCalls = [];
    private readonly Dictionary<string, PointHistory> failedCalls = [];
    private readonly Dictionary<string, PointHistory> durations = [];
    private double[] boundsMillis = [];

    /// <summary>Time of its newest point in Unix nanoseconds.</summary>
    public long NewestNanos { get; private set; } = long.MinValue;

    /// <summary>The history of a series of <c>calls</c>.</summary>
    public PointHistory Calls(string seriesKey, bool failed) => Find(failed ? failedCalls : okCalls, seriesKey);

    /// <summary>The history of a series of <c>duration</c>, a new one where the bounds changed.</summary>
    public PointHistory Durations(string seriesKey, double[] newBoundsMillis)
    {
        if (!newBoundsMillis.AsSpan().SequenceEqual(boundsMillis))
        {
            durations.Clear();
            boundsMillis = newBoundsMillis;
        }

        return Find(durations, seriesKey);
    }

    /// <summary>Notes that a point of this time arrived.</summary>
    public void Touch(long timeNanos) => NewestNanos = Math.Max(NewestNanos, timeNanos);

    /// <summary>All calls and errors so far.</summary>
    public OperationCount Total()
    {
        long errors = failedCalls.Values.Sum(history => history.Total.FirstOrDefault());
        return new OperationCount(errors + okCalls.Values.Sum(history => history.Total.FirstOrDefault()), errors);
    }

    /// <summary>The row of the window that ends at its newest point.</summary>
    public RedRow Row(OperationKey key, long windowNanos, long tableFirstNanos, long tableNewestNanos)
    {
        long fromNanos = NewestNanos - windowNanos;
        double seconds = (NewestNanos - Math.Max(fromNanos, tableFirstNanos)) / 1e9;
        bool stale = tableNewestNanos - NewestNanos > 2 * windowNanos;
        if (stale || seconds <= 0)
        {
            return new RedRow(key, 0, double.NaN, double.NaN, double.NaN, double.NaN, Total(), stale);
        }

        long failed = Increase(failedCalls, fromNanos).FirstOrDefault();
        long calls = failed + Increase(okCalls, fromNanos).FirstOrDefault();
        long[] buckets = Increase(durations, fromNanos);
        return new RedRow(
            key,
            calls / seconds,
            calls == 0 ? double.NaN : (double)failed / calls,
            BucketQuantile.Of(0.50, boundsMillis, buckets),
            BucketQuantile.Of(0.95, boundsMillis, buckets),
            BucketQuantile.Of(0.99, boundsMillis, buckets),
            Total(),
            Stale: false);
    }

    private long[] Increase(Dictionary<string, PointHistory> histories, long fromNanos)
    {
        long[] sum = [];
        foreach (PointHistory history in histories.Values)
        {
            sum = PointHistory.Sum(sum, history.Increase(fromNanos, NewestNanos));
        }

        return sum;
    }

    private static PointHistory Find(Dictionary<string, PointHistory> histories, string seriesKey)
    {
        if (!histories.TryGetValue(seriesKey, out PointHistory? history))
        {
            history = new PointHistory();
            histories.Add(seriesKey, history);
        }

        return history;
    }
}
