using System.Globalization;
using System.Numerics;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Simulation.Worlds;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>
/// Totals at the end of every step, obviously: a dictionary, one step after the other. Every live series has a point at every step, or while
/// it changes, at heartbeats and before it changes again; a zero point at its birth, and a stale marker when it ends (P-1, P-2).
/// </summary>
/// <param name="emission">When a series has points.</param>
/// <param name="limits">What bounds the series of a resource.</param>
/// <param name="maxExemplars">Most exemplars of a point.</param>
internal sealed class SlowTotals(EmissionRules emission, StepLimits limits, int maxExemplars)
{
    private readonly SortedDictionary<string, SlowSeries> series = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Agreed, long SinceStep)> hosts = [];
    private readonly HashSet<string> shrunk = [];

    /// <summary>All points, as texts.</summary>
    public HashSet<string> Points { get; } = new(StringComparer.Ordinal);

    /// <summary>Series that became others because of the values of their labels.</summary>
    public int ReplacedKeys { get; private set; }

    /// <summary>Whether no series lives.</summary>
    public bool IsEmpty => series.Count == 0;

    /// <summary>The point of a counter or histogram.</summary>
    public static string Point(string name, long startMillis, long timeMillis, string value) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} start={startMillis} time={timeMillis} {value}");

    /// <summary>The value of a histogram point.</summary>
    public static string Value(ulong count, double sum, IEnumerable<ulong> buckets) =>
        string.Create(CultureInfo.InvariantCulture, $"count={count} sum={BitConverter.DoubleToInt64Bits(sum):x} [{string.Join(' ', buckets)}]");

    /// <summary>Closes a step with what was observed in it.</summary>
    public void Close(long step, IEnumerable<Entry> entries)
    {
        shrunk.Clear();
        foreach (SlowSeries one in series.Values)
        {
            (one.CountBefore, one.SumNanosBefore, one.BucketsBefore) = (one.Count, one.SumNanos, [.. one.Buckets]);
        }

        Entry[] all = [.. entries];
        Dictionary<string, string> others = limits.IsAny ? Admit(step, [.. all.Select(entry => entry.Series)]) : [];
        foreach (Entry entry in all)
        {
            Agree(entry, step);
            string name = others.GetValueOrDefault(entry.Series, entry.Series);
            if (!series.TryGetValue(name, out SlowSeries? known))
            {
                known = new SlowSeries(entry.Job, step, entry.Buckets.Length);
                series.Add(name, known);
            }

            known.LastChange = step;
            known.Exemplars.AddRange(SeriesNames.IsOverflow(name) ? [] : entry.Exemplars);
            known.Count += entry.Count;
            known.SumNanos += entry.SumNanos;
            for (int i = 0; i < entry.Buckets.Length; i++)
            {
                known.Buckets[i] += entry.Buckets[i];
            }
        }

        foreach ((string name, SlowSeries one) in series.ToArray())
        {
            bool ends = step - one.LastChange >= Plan.ExpirySteps;
            if (ends || IsDue(one, step) || shrunk.Contains(one.Job))
            {
                Emit(name, one, step, ends);
            }

            one.Exemplars.Clear();
            if (ends)
            {
                series.Remove(name);
            }
        }

        foreach (string job in hosts.Keys.Where(job => series.Values.All(one => one.Job != job)).ToArray())
        {
            hosts.Remove(job);
        }
    }

    // Where the hosts of a job no longer agree, all its series are sent.
    private void Agree(Entry entry, long step)
    {
        (string agreed, long since) = hosts.GetValueOrDefault(entry.Job, (entry.Host, step));
        if (agreed != entry.Host && agreed.Length > 0 && since < step)
        {
            shrunk.Add(entry.Job);
        }

        hosts[entry.Job] = (agreed == entry.Host ? agreed : "", since);
    }

    private bool IsDue(SlowSeries one, long step)
    {
        bool isDue = emission.Mode == EmissionMode.All
            || step - one.LastChange <= emission.ActiveMillis / Plan.IntervalMillis
            || step - one.LastPlanned == emission.HeartbeatMillis / Plan.IntervalMillis;
        one.LastPlanned = isDue ? step : one.LastPlanned;
        return isDue;
    }

    // By resource, what becomes of new series.
    private Dictionary<string, string> Admit(long step, HashSet<string> seen)
    {
        Dictionary<string, string> others = [];
        foreach (IGrouping<string, string> news in seen.Where(name => !series.ContainsKey(name) && !SeriesNames.IsOverflow(name))
            .GroupBy(SeriesNames.ResourceOf))
        {
            IEnumerable<string> lives = series.Where(one => SeriesNames.ResourceOf(one.Key) == news.Key && !SeriesNames.IsOverflow(one.Key)
                && (seen.Contains(one.Key) || step - one.Value.LastChange < Plan.ExpirySteps)).Select(one => one.Key);
            foreach ((string name, string other) in new SlowAdmission(limits, lives, news).Others.Where(one => one.Key != one.Value))
            {
                others.Add(name, other);
                ReplacedKeys += SeriesNames.IsOverflow(other) ? 0 : 1;
            }
        }

        return others;
    }

    private void Emit(string name, SlowSeries one, long step, bool ends)
    {
        long start = one.FirstStep * Plan.IntervalMillis;
        long end = ((step + 1) * Plan.IntervalMillis) - (ends ? 1 : 0);
        if (one.FirstStep == step)
        {
            Add(name, start, start, 0, 0, one.Buckets.Select(_ => 0UL), false, "");
        }

        if (one.LastChange == step && one.FirstStep < step && one.LastEmitted < step - 1)
        {
            Add(name, start, step * Plan.IntervalMillis, one.CountBefore, one.SumNanosBefore, one.BucketsBefore, false, "");
        }

        one.LastEmitted = step;
        string exemplars = SlowExemplar.Chosen(one.Exemplars, maxExemplars, step);
        Add(name, start, end, one.Count, one.SumNanos, one.Buckets, ends, exemplars);
    }

    private void Add(
        string name, long start, long time, ulong count, BigInteger sumNanos, IEnumerable<ulong> buckets, bool ends, string exemplars)
    {
        if (name.StartsWith(SeriesNames.Events, StringComparison.Ordinal))
        {
            Points.Add(Point("events " + name, start, time, ends ? "stale" : count.ToString(CultureInfo.InvariantCulture) + exemplars));
            return;
        }

        Points.Add(Point("calls " + name, start, time, ends ? "stale" : count.ToString(CultureInfo.InvariantCulture) + exemplars));
        Points.Add(Point("duration " + name, start, time, ends ? "stale" : Value(count, (double)sumNanos / 1e6, buckets) + exemplars));
    }
}
