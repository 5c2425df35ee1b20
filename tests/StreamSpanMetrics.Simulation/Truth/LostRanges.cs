using System.Globalization;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Worlds;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>
/// Finds out which records a block that is flagged as lost did count (A8): all of its range but a run that ends where retention made the
/// log begin. Where that run begins is seen from what the block holds.
/// </summary>
internal sealed class LostRanges(SimCluster cluster, Workload workload, IReadOnlyCollection<string> deadLetters)
{
    /// <summary>How the dead letter of a record is called here.</summary>
    public static string DeadLetterName(int partition, long offset) =>
        string.Create(CultureInfo.InvariantCulture, $"{partition} {offset}");

    /// <summary>What is wrong: blocks whose content no lost run explains.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>The records of a partition that were counted.</summary>
    public List<LogEntry> Counted(SimPartition source)
    {
        List<LogEntry> records = [.. source.Committed()];
        HashSet<(long From, long To)> seen = [];
        foreach (DeltaBlock block in Blocks(source.Number).Where(block => block.Lost))
        {
            if (!seen.Add((block.FromOffset, block.ToOffset)))
            {
                continue;
            }

            string content = Content(Blocks(source.Number).Where(other => other.FromOffset == block.FromOffset && other.ToOffset == block.ToOffset));
            (long From, long To)? run = Run(source, records, block, content);
            if (run is null)
            {
                Complaints.Add($"{Plan.Source}[{source.Number}]: the block from {block.FromOffset} to {block.ToOffset} is flagged as lost, "
                    + "but no lost run explains its content");
                continue;
            }

            records.RemoveAll(record => record.Offset >= run.Value.From && record.Offset < run.Value.To);
        }

        return records;
    }

    private (long From, long To)? Run(SimPartition source, List<LogEntry> records, DeltaBlock block, string content)
    {
        foreach (long start in source.Truncations.Where(start => start > block.FromOffset && start <= block.ToOffset))
        {
            for (long from = start; from >= block.FromOffset; from--)
            {
                IEnumerable<LogEntry> counted = records.Where(record =>
                    record.Offset >= block.FromOffset && record.Offset < block.ToOffset && (record.Offset < from || record.Offset >= start));
                if (Content(counted, source.Topic.IsLogAppendTime) == content && HaveLetters(source, counted))
                {
                    return (from, start);
                }
            }
        }

        return null;
    }

    // Records that cannot be decoded count nothing, but leave a dead letter.
    private bool HaveLetters(SimPartition source, IEnumerable<LogEntry> counted) =>
        counted.Where(record => workload.Meaning(record.Value!).Spans is null)
            .All(record => deadLetters.Contains(DeadLetterName(source.Number, record.Offset)));

    private List<DeltaBlock> Blocks(int partition) =>
        [.. cluster.Topic(Plan.Deltas).Partitions.SelectMany(shard => shard.Committed())
            .SelectMany(record => DeltaBatch.Parser.ParseFrom(record.Value).Blocks)
            .Where(block => block.SourcePartition == partition)];

    private static string Content(IEnumerable<DeltaBlock> blocks) => Text(
        from block in blocks
        from step in block.Steps
        from resource in step.Resources
        from entry in BlockEntries.Of(resource)
        select (step.Step, entry));

    private string Content(IEnumerable<LogEntry> records, bool isLogAppendTime)
    {
        List<(long Step, Entry Entry)> entries = [];
        long clock = 0;
        foreach (LogEntry record in records)
        {
            SourceRecord meaning = workload.Meaning(record.Value!);
            clock = Math.Max(clock, SourceEntries.TimeOf(meaning, record.TimestampMillis, isLogAppendTime));
            entries.AddRange(SourceEntries.Of(meaning).Select(entry => (clock / Plan.IntervalMillis, entry)));
        }

        return Text(entries);
    }

    private static string Text(IEnumerable<(long Step, Entry Entry)> entries) => string.Join('\n',
        from one in entries
        group one.Entry by (one.Step, one.Entry.Series) into same
        orderby same.Key.Step, same.Key.Series
        select string.Create(CultureInfo.InvariantCulture,
            $"{same.Key.Step} {same.Key.Series} {same.Sum(entry => (long)entry.Count)} {same.Sum(entry => (decimal)entry.SumNanos)}"));
}
