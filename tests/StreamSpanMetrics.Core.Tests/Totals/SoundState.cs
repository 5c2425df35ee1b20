using System.Globalization;
using Google.Protobuf;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>The records of a shard that can be restored: control, progress with a forced close, four chunks of a set, one repair.</summary>
public sealed class SoundState
{
    public const int Control = 0;
    public const int Progress = 1;
    public const int ChunkCount = 4;
    public const int RecordCount = ChunkCount + 3;
    public const int Series = 51;

    private static readonly MessageParser[] Parsers = [ControlRecord.Parser, ProgressRecord.Parser, SnapshotChunk.Parser, RepairRecord.Parser];

    private readonly int shard;

    public SoundState(ShardRules rules, ulong fingerprint = BlockBuilder.Fingerprint)
    {
        shard = rules.Shard;
        ControlRecord control = new()
        {
            Format = StateFormat.Newest, RulesFingerprint = fingerprint, Shards = 8, SourceTopicId = BlockBuilder.TopicId,
            Semantics = 1, SourceTopic = "otlp_spans", RulesText = "a: b\n",
        };
        control.StartOffsets.Add(0);
        Records.Add(new StateRecord(StateKeys.Control(shard), StateSeal.Seal(control)));
        ShardDriver driver = new(rules, null, 0);
        driver.Apply(Filled(fingerprint));
        driver.State.ForceClose(5);
        driver.Emit();
        List<StateRecord> chunks = [];
        // The third set, so that an older one of its parity can be thought of.
        SnapshotSet complete = new()
        {
            Number = 2, Chunks = 1, Written = 1, Replay = new ReplayStart { DeltasOffset = 1, ClosedStep = driver.State.ClosedStep },
        };
        SnapshotWriter writer = new(driver.State, complete) { MaxChunkSeries = 20 };
        while (writer.CompleteSet!.Number == complete.Number)
        {
            Assert.True(writer.WriteChunk(chunks));
        }

        ProgressRecord progress = ProgressBuilder.Build(driver.State, writer, 0, 1);
        progress.ForcedCloses.Add(new ForcedClose { DeltasOffset = 1, Step = 5 });
        progress.LimitChanges.Add(new LimitChange { FromStep = 6, Series = 1000, LabelValues = 900 });
        Records.Add(ProgressBuilder.Record(shard, progress));
        Records.AddRange(chunks.Where(chunk => chunk.Value is not null));
        DeltaBlock missed = Filled(fingerprint);
        missed.FromOffset = 1;
        missed.ToOffset = 4;
        SourceRepair repair = new()
        {
            Partition = 0, FromOffset = 1, ToOffset = 4, TopicId = BlockBuilder.TopicId, Blocks = [missed], WrittenUnixMillis = 1,
        };
        Records.AddRange(RepairRecords.Of(rules, repair));
        Assert.Equal(RecordCount, Records.Count);
    }

    public List<StateRecord> Records { get; } = [];

    public IReadOnlyList<StateRecordKind> Kinds { get; } =
    [
        StateRecordKind.Control, StateRecordKind.Progress,
        .. Enumerable.Repeat(StateRecordKind.Chunk, ChunkCount), StateRecordKind.Repair,
    ];

    /// <summary>Number of the chunk that a record holds, else -1.</summary>
    public int ChunkOf(int record) => Kinds[record] == StateRecordKind.Chunk ? record - Progress - 1 : -1;

    /// <summary>The record that holds a chunk.</summary>
    public int RecordOf(int chunk) => Progress + 1 + chunk;

    /// <summary>A record as a message.</summary>
    public IMessage Message(int record) => Parsers[(int)Kinds[record] - 1].ParseFrom(Records[record].Value);

    /// <summary>The records as a restore reads them, one of them with another value.</summary>
    public StateContents Contents(int changed = -1, byte[]? value = null)
    {
        StateContents contents = new(shard);
        for (int record = 0; record < Records.Count; record++)
        {
            contents.Add(Records[record].Key, record == changed ? value : Records[record].Value);
        }

        return contents;
    }

    private static DeltaBlock Filled(ulong fingerprint)
    {
        DeltaBlock block = BlockBuilder.Header(0, 0, 1, 1);
        block.RulesFingerprint = fingerprint;
        for (int i = 0; i < Series - 1; i++)
        {
            string name = "op-" + i.ToString(CultureInfo.InvariantCulture);
            BlockBuilder.Add(block, 2, new Observation(new TestResource("shop"), BlockBuilder.Spans(name), 1, 5_000_000));
        }

        BlockBuilder.Add(block, 2, new Observation(new TestResource("cart"), BlockBuilder.Events("op", "io"), 3, 0));
        block.WatermarkUnixMillis = 50_000;
        return block;
    }
}
