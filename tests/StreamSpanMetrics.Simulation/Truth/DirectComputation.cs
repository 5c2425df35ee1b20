using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Worlds;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>
/// The points of a source log, computed from its records alone: the step of a record is that of the running maximum of its partition's
/// timestamps (T1). No blocks, no cuts, no clock.
/// </summary>
internal sealed class DirectComputation(Plan plan)
{
    private readonly SortedDictionary<long, List<Entry>> steps = [];
    private readonly SlowCap cap = new(plan.SeriesLimit);

    /// <summary>Spans and events of all records, by series.</summary>
    public SortedDictionary<string, ulong> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a partition's records.</summary>
    public void Add(int partition, IEnumerable<LogEntry> records, Workload workload, bool isLogAppendTime)
    {
        long clock = 0;
        foreach (LogEntry record in records)
        {
            SourceRecord meaning = workload.Meaning(record.Value!);
            clock = Math.Max(clock, SourceEntries.TimeOf(meaning, record.TimestampMillis, isLogAppendTime));
            List<Entry> entries = [.. SourceEntries.Of(meaning)];
            if (entries.Count > 0)
            {
                long step = clock / Plan.IntervalMillis;
                steps.TryAdd(step, []);
                steps[step].AddRange(entries.Select(entry => cap.Judge(step, (uint)partition, entry)));
            }

            foreach (Entry entry in entries)
            {
                Counts[entry.Series] = Counts.GetValueOrDefault(entry.Series) + entry.Count;
            }
        }
    }

    /// <summary>Points of some jobs up to a step.</summary>
    public HashSet<string> Points(HashSet<string> jobs, long throughStep)
    {
        SlowTotals totals = new(plan.Emission, plan.Limits, plan.MaxExemplars);
        for (long step = steps.Count == 0 ? throughStep : steps.Keys.First(); step <= throughStep; step++)
        {
            totals.Close(step, steps.GetValueOrDefault(step, []).Where(entry => jobs.Contains(entry.Job)));
        }

        return totals.Points;
    }
}
