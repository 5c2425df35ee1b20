using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>The way from records to point records, with cuts and a restore wherever a test wants them.</summary>
internal sealed class CutRun(SpanRules spans, PointRules points)
{
    private readonly ShardRules rules = points.ForShard(0, 7, new SeriesLayout(spans));

    /// <summary>
    /// Folds the records, cuts a block after those that <paramref name="cutAfter"/> names and after the last, and gives the point records
    /// as hexadecimal text. The state is restored from a snapshot at the first end of a step after <paramref name="restoreAfter"/>.
    /// </summary>
    public List<string> Run(IReadOnlyList<(long Step, byte[] Record)> log, Func<int, bool> cutAfter, int restoreAfter)
    {
        RecordFolder folder = new(spans);
        DeltaAccumulator accumulator = new(new ExplicitBounds(points.Histogram), points.Histogram.Shape.IsExponential);
        DeltaBlockBuilder builder = new(1, points.Histogram);
        ShardState state = new(rules, [0], ByteString.Empty);
        PointEncoder encoder = new(points, rules.Layout);
        List<string> emitted = [];
        long from = 0;
        long deltas = 0;
        bool restores = false;
        for (int at = 0; at < log.Count; at++)
        {
            Assert.False(folder.Fold(log[at].Record).Exists);
            accumulator.Add(folder.Staged, log[at].Step);
            restores |= at == restoreAfter;
            if (!cutAfter(at) && at < log.Count - 1)
            {
                continue;
            }

            bool isStepOver = at == log.Count - 1 || log[at + 1].Step > log[at].Step;
            long watermark = (log[at].Step + (isStepOver ? 1 : 0)) * points.IntervalMillis;
            DeltaHeader header = new(rules.RulesFingerprint, ByteString.Empty, 0, from, at + 1, 1, watermark);
            foreach (DeltaBlock block in builder.Build(folder.Freeze(), accumulator, header)[0])
            {
                DeltaBlock travelled = DeltaBlock.Parser.ParseFrom(block.ToByteArray());
                Assert.Equal(ApplyOutcome.Applied, state.Apply(travelled, deltas).Outcome);
            }

            Emit(state, encoder, emitted);
            state.CompleteRecord(deltas++);
            from = at + 1;
            accumulator.Clear();
            // Only between steps: a replay of open steps is not this test's matter.
            if (restores && isStepOver)
            {
                state = Restored(state);
                restores = false;
            }
        }

        Assert.False(restores);
        return emitted;
    }

    private ShardState Restored(ShardState state)
    {
        List<StateRecord> chunks = [];
        SnapshotWriter writer = new(state) { MaxChunkSeries = 2 };
        while (writer.CompleteSet is null)
        {
            Assert.True(writer.WriteChunk(chunks));
        }

        ControlRecord control = new()
        {
            Format = StateFormat.Newest, RulesFingerprint = rules.RulesFingerprint, Shards = 1, SourceTopicId = ByteString.Empty,
        };
        control.StartOffsets.Add(0);
        StateContents contents = new(0);
        contents.Add(StateKeys.Control(0), StateSeal.Seal(control));
        contents.Add(StateKeys.Progress(0), StateSeal.Seal(ProgressBuilder.Build(state, writer, 0, sequence: 1)));
        chunks.ForEach(chunk => contents.Add(chunk.Key, chunk.Value));
        RestoreResult result = SnapshotReader.Read(rules, contents);
        Assert.Equal(RestoreFailure.None, result.Failure);
        Assert.Equal(RestoreFailure.None, result.Replay!.Complete(out ShardState? restored, out _));
        return restored!;
    }

    private static void Emit(ShardState state, PointEncoder encoder, List<string> emitted)
    {
        while (state.NextClosableStep is long step)
        {
            state.Close(step);
            StepRecords records = new(state, encoder);
            while (records.MoveNext())
            {
                emitted.Add(Convert.ToHexString(records.Value));
            }

            state.Finish();
        }
    }
}
