using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Worlds;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>
/// What a shard's log of deltas says, block by block: the points that merge must have written, whatever happened to its workers. Knows of
/// forced closes only what progress tells (T5).
/// </summary>
internal sealed class DeltaComputation
{
    private const long NoStep = long.MinValue;

    private readonly SortedDictionary<uint, SlowSource> sources = [];
    private readonly SortedDictionary<long, List<Entry>> open = [];
    private readonly SlowTotals totals;
    private readonly SlowCap cap;
    private readonly ByteString topicId;
    private long forcedThrough = NoStep;
    private long lastStep = long.MaxValue;

    /// <summary>The state of a shard at the first start.</summary>
    public DeltaComputation(Plan plan, ByteString topicId)
    {
        totals = new SlowTotals(plan.Emission, plan.Limits, plan.MaxExemplars);
        cap = new SlowCap(plan.SeriesLimit);
        this.topicId = topicId;
        for (uint partition = 0; partition < plan.SourcePartitions; partition++)
        {
            sources[partition] = new SlowSource { IsKnown = true };
        }
    }

    /// <summary>Points of all closed steps.</summary>
    public HashSet<string> Points => totals.Points;

    /// <summary>Last closed step.</summary>
    public long ClosedStep { get; private set; } = NoStep;

    /// <summary>Entries that came for a closed step.</summary>
    public long Folded { get; private set; }

    /// <summary>Entries that overflowed as they arrived.</summary>
    public int Overflowed => cap.Overflowed;

    /// <summary>Series that became others because of the values of their labels.</summary>
    public int ReplacedKeys => totals.ReplacedKeys;

    /// <summary>Jobs with entries.</summary>
    public HashSet<string> Jobs { get; } = [];

    /// <summary>Why a block does not fit; null while all do.</summary>
    public string? Refusal { get; private set; }

    /// <summary>
    /// Applies all committed batches below an offset, and behind it only what closed the steps that progress has reached: a transaction in
    /// the middle of a batch writes steps before the batch is counted as applied (M5).
    /// </summary>
    /// <param name="deltas">The shard's partition.</param>
    /// <param name="forced">Forced closes that progress records tell of, in order of their offsets.</param>
    /// <param name="toOffset">Offset that progress has reached.</param>
    /// <param name="toStep">Last closed step of progress.</param>
    public void Run(SimPartition deltas, IReadOnlyList<ForcedClose> forced, long toOffset, long toStep)
    {
        int next = 0;
        ApplyAll(deltas.Committed().Where(record => record.Offset < toOffset), forced, ref next);
        Force(forced, ref next, toOffset);
        lastStep = toStep;
        ApplyAll(deltas.Committed().Where(record => record.Offset >= toOffset).TakeWhile(_ => ClosedStep < toStep), forced, ref next);
    }

    private void ApplyAll(IEnumerable<LogEntry> records, IReadOnlyList<ForcedClose> forced, ref int next)
    {
        foreach (LogEntry record in records)
        {
            Force(forced, ref next, record.Offset);
            foreach (DeltaBlock block in DeltaBatch.Parser.ParseFrom(record.Value).Blocks)
            {
                if (Refusal is not null || !Fits(block))
                {
                    return;
                }

                Apply(block);
                CloseAll();
            }
        }
    }

    private void Force(IReadOnlyList<ForcedClose> forced, ref int next, long offset)
    {
        while (next < forced.Count && forced[next].DeltasOffset <= offset)
        {
            forcedThrough = Math.Max(forcedThrough, forced[next++].Step);
            CloseAll();
        }
    }

    private bool Fits(DeltaBlock block)
    {
        if (!sources.TryGetValue(block.SourcePartition, out SlowSource? source) || !source.IsKnown)
        {
            source = new SlowSource { IsKnown = block.First };
            sources[block.SourcePartition] = source;
        }

        for (uint partition = 0; partition < block.SourcePartitionCount; partition++)
        {
            sources.TryAdd(partition, new SlowSource());
        }

        if (!source.IsKnown || block.SourceTopicId != topicId || block.FromOffset != source.Expected || block.Part != source.Part)
        {
            Refusal = $"block of {block.SourcePartition} from {block.FromOffset} part {block.Part}, expected {source.Expected} part "
                + $"{source.Part}, known {source.IsKnown}, topic {(block.SourceTopicId == topicId ? "same" : "other")}";
            return false;
        }

        return true;
    }

    private void Apply(DeltaBlock block)
    {
        SlowSource source = sources[block.SourcePartition];
        foreach (DeltaStep step in block.Steps)
        {
            long number = Math.Max(step.Step, source.Clock == NoStep ? NoStep : source.Clock / Plan.IntervalMillis);
            bool folds = number <= ClosedStep;
            number = folds ? ClosedStep + 1 : number;
            open.TryAdd(number, []);
            foreach (Entry entry in step.Resources.SelectMany(BlockEntries.Of))
            {
                open[number].Add(cap.Judge(number, block.SourcePartition, entry));
                Jobs.Add(entry.Job);
                Folded += folds ? 1 : 0;
            }
        }

        bool isLast = block.Part + 1 >= block.Parts;
        source.Part = isLast ? 0 : block.Part + 1;
        source.Expected = isLast ? block.ToOffset : block.FromOffset;
        source.Clock = isLast ? Math.Max(source.Clock, block.WatermarkUnixMillis) : source.Clock;
    }

    private void CloseAll()
    {
        long slowest = sources.Values.Min(source => source.Clock);
        long target = Math.Min(lastStep, Math.Max(slowest == NoStep ? NoStep : (slowest / Plan.IntervalMillis) - 1, forcedThrough));
        while (ClosedStep < target)
        {
            long next = ClosedStep + 1;
            if (totals.IsEmpty)
            {
                next = open.Count == 0 ? target : Math.Min(open.Keys.First(), target);
            }

            totals.Close(next, open.GetValueOrDefault(next, []));
            open.Remove(next);
            ClosedStep = next;
        }
    }
}
