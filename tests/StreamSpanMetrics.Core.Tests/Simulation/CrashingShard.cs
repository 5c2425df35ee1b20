using Google.Protobuf;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>
/// A shard over an in-memory deltas topic with transactions at random moments, also between two records of a step, and crashes at
/// random moments, after which it is restored from the state topic. Without a random generator: one transaction per batch, no crash.
/// </summary>
internal sealed class CrashingShard
{
    private readonly List<DeltaBatch> batches;
    private readonly Random? random;
    private readonly Dictionary<long, long> forced;
    private readonly StateContents contents = new(0);
    private readonly PointEncoder encoder;
    private readonly List<EmittedRecord> pending = [];
    private ShardRules rules;
    private ShardState state;
    private SnapshotWriter snapshots;
    private ulong sequence;

    public CrashingShard(ShardRules rules, int partitions, List<DeltaBatch> batches, Random? random, Dictionary<long, long> forced)
    {
        this.rules = rules;
        this.batches = batches;
        this.random = random;
        this.forced = forced;
        encoder = new PointEncoder(BlockBuilder.PointRules with { Emission = rules.Emission }, BlockBuilder.Layout);
        ControlRecord control = new()
        {
            Format = 1, RulesFingerprint = BlockBuilder.Fingerprint, Shards = 1, SourceTopicId = BlockBuilder.TopicId,
        };
        control.StartOffsets.AddRange(new long[partitions]);
        contents.Add(StateKeys.Control(0), StateSeal.Seal(control));
        state = new ShardState(rules, control.StartOffsets, BlockBuilder.TopicId);
        snapshots = new SnapshotWriter(state);
    }

    public List<EmittedRecord> Committed { get; } = [];

    /// <summary>Limits that a worker may start with; none means that those of the rules stay.</summary>
    public StepLimits[] Limits { get; init; } = [];

    /// <summary>The limits of the worker that wrote the first record of a step.</summary>
    public Dictionary<long, StepLimits> LimitsOf { get; } = [];

    /// <summary>The limits of the last worker.</summary>
    public StepLimits LastLimits => rules.Limits;

    /// <summary>Bytes of a record of a chunk by resource.</summary>
    public int? MaxPartBytes { get; init; }

    /// <summary>Most records that one chunk took.</summary>
    public int MostParts { get; private set; }

    /// <summary>Most exemplars of a point from a restore on, by its number; null where that does not change.</summary>
    public Func<int, int>? LimitAfterRestore { get; init; }

    public int Restores { get; private set; }

    public int RestoresInEmission { get; private set; }

    public long Folded => state.FoldedEntries;

    public void Run()
    {
        bool done = false;
        while (!done)
        {
            done = TryRun();
            if (!done)
            {
                Restore();
            }
        }
    }

    // False after a crash.
    private bool TryRun()
    {
        for (int number = NextBatch(); number < batches.Count; number = NextBatch())
        {
            if (forced.TryGetValue(number, out long step))
            {
                state.ForceClose(step);
            }

            if (!TryEmit())
            {
                return false;
            }

            foreach (DeltaBlock block in batches[number].Blocks)
            {
                ApplyResult result = state.Apply(block, Offset(number));
                Assert.False(result.IsRefusal, result.ToString());
                if (!TryEmit() || Crashes())
                {
                    return false;
                }
            }

            state.CompleteRecord(Offset(number));
            if (Commits())
            {
                Commit(0);
            }
        }

        Commit(0);
        return true;
    }

    private bool TryEmit()
    {
        while (state.NextClosableStep is long step)
        {
            state.Close(step);
            uint written = state.EmittedRecords(step);
            StepRecords records = new(state, encoder, written);
            while (records.MoveNext())
            {
                pending.Add(new EmittedRecord(step, Convert.ToHexString(records.Key), Convert.ToHexString(records.Value)));
                if (random?.Next(15) == 0)
                {
                    Commit(records.Number);
                }

                if (Crashes())
                {
                    return false;
                }
            }

            state.Finish();
            if (random?.Next(4) == 0)
            {
                Commit(0);
            }
        }

        return true;
    }

    private void Commit(uint emittedRecords)
    {
        List<StateRecord> records = [];
        if (random is null || random.Next(2) == 0)
        {
            snapshots.MaxChunkSeries = 6;
            snapshots.MaxPartBytes = MaxPartBytes ?? snapshots.MaxPartBytes;
            snapshots.WriteChunk(records);
            MostParts = Math.Max(MostParts, records.Count(record => record.Value is not null));
        }

        pending.ForEach(record => LimitsOf.TryAdd(record.Step, rules.Limits));
        sequence += (ulong)pending.Count;
        Committed.AddRange(pending);
        pending.Clear();
        foreach (StateRecord record in records)
        {
            contents.Add(record.Key, record.Value);
        }

        contents.Add(StateKeys.Progress(0), StateSeal.Seal(ProgressBuilder.Build(state, snapshots, emittedRecords, sequence)));
    }

    private void Restore()
    {
        Restores++;
        rules = rules with { MaxExemplars = LimitAfterRestore?.Invoke(Restores) ?? rules.MaxExemplars };
        pending.Clear();
        if (Limits.Length > 0)
        {
            StepLimits limits = Limits[random!.Next(Limits.Length)];
            rules = rules with { SeriesLimit = limits.Series, LabelLimit = limits.LabelValues };
        }

        RestoreResult result = SnapshotReader.Read(rules, contents);
        Assert.Equal(RestoreFailure.None, result.Failure);
        ShardReplay replay = result.Replay!;
        for (int number = 0; number < batches.Count; number++)
        {
            if (Offset(number) >= replay.FromOffset && Offset(number) < replay.ToOffset)
            {
                Assert.Equal(RestoreFailure.None, replay.Apply(batches[number], Offset(number)));
            }
        }

        Assert.Equal(RestoreFailure.None, replay.Complete(out ShardState? restored, out SnapshotWriter? writer));
        state = restored!;
        snapshots = writer!;
        sequence = replay.Sequence;
        RestoresInEmission += state.PartlyEmittedStep is null ? 0 : 1;
        Assert.Equal((ulong)Committed.Count, sequence);
    }

    // Offsets have holes, as transaction markers leave them.
    private static long Offset(int number) => number * 3L;

    private int NextBatch() => (int)((state.DeltasOffset + 2) / 3);

    private bool Crashes() => random?.Next(40) == 0;

    private bool Commits() => random is null || random.Next(3) == 0;
}
