using System.Globalization;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>Brings a shard back from the log, in the order that M1 demands.</summary>
internal sealed class ShardRestorer
{
    private readonly MergeOptions options;
    private readonly IShardLog log;
    private readonly ILogger logger;
    private readonly string stage;
    private readonly TimeProvider time;
    private readonly ShardProblems problems;

    public ShardRestorer(MergeOptions options, IShardLog log, ILogger logger, string stage, TimeProvider time)
    {
        this.options = options;
        this.log = log;
        this.logger = logger;
        this.stage = stage;
        this.time = time;
        problems = options.Problems;
    }

    /// <summary>The shard as its last transaction left it. For any thread.</summary>
    public MergeShard Restore(int number, IStageConsumer consumer, CancellationToken cancel)
    {
        ShardRules rules = options.Points.ForShard(number, options.RulesFingerprint, options.Layout);
        if (options.OffsetsAreForgotten)
        {
            ShardState fresh = new(rules, new long[options.SourcePartitions], ByteString.Empty);
            return new MergeShard(number, options, fresh, new SnapshotWriter(fresh), 0, time);
        }

        long started = time.GetTimestamp();
        ShardReplay replay = Begin(rules, number, consumer, cancel);
        Replay(number, replay, cancel);
        Require(
            replay.Complete(out ShardState? state, out SnapshotWriter? snapshots) == RestoreFailure.None,
            () => problems.IncompleteReplay(number, replay.FromOffset, replay.ToOffset));
        string step = state!.ClosedStep == ShardState.NoStep ? "none" : state.ClosedStep.ToString(CultureInfo.InvariantCulture);
        logger.ShardRestored(stage, number, state.ActiveSeries, step, (long)time.GetElapsedTime(started).TotalMilliseconds);
        return new MergeShard(number, options, state, snapshots!, replay.Sequence, time);
    }

    // In the order that M1 demands. Who stood still between the two answers may have lost the shard, and its new owner has gone on: that is
    // seen by a committed offset that has moved meanwhile, and is no reason to stop.
    private ShardReplay Begin(ShardRules rules, int number, IStageConsumer consumer, CancellationToken cancel)
    {
        long? committed = Committed(number, consumer, cancel);
        while (true)
        {
            StateContents contents = log.ReadState(number, cancel);
            RestoreResult result = SnapshotReader.Read(rules, contents);
            if (result.Replay is ShardReplay replay && committed == replay.ToOffset)
            {
                return replay;
            }

            long? now = Committed(number, consumer, cancel);
            if (now == committed)
            {
                throw new StageStoppedException(Problem(number, contents, result, committed));
            }

            committed = now;
        }
    }

    private string Problem(int number, StateContents contents, RestoreResult result, long? committed)
    {
        if (result.Replay is null)
        {
            return problems.Record(number, result.Failure, result.Record, result.Chunk);
        }

        return contents.Progress is null && committed is not null
            ? problems.Record(number, RestoreFailure.Missing, StateRecordKind.Progress, -1)
            : problems.OffsetMismatch(number, committed, result.Replay.ToOffset);
    }

    private static long? Committed(int number, IStageConsumer consumer, CancellationToken cancel) =>
        consumer.Committed([number], cancel).TryGetValue(number, out long offset) ? offset : null;

    private void Replay(int number, ShardReplay replay, CancellationToken cancel)
    {
        try
        {
            foreach ((long deltasOffset, DeltaBatch? batch) in log.ReadDeltas(number, replay.FromOffset, replay.ToOffset, cancel))
            {
                cancel.ThrowIfCancellationRequested();
                RestoreFailure failure = replay.Apply(batch, deltasOffset);
                Require(
                    failure == RestoreFailure.None,
                    () => failure == RestoreFailure.RefusedBlock
                        ? problems.RefusedReplay(number, deltasOffset, replay.RefusedBlock)
                        : problems.IncompleteReplay(number, replay.FromOffset, replay.ToOffset));
            }
        }
        catch (RangeDeletedException exception)
        {
            throw new StageStoppedException(problems.IncompleteReplay(number, replay.FromOffset, replay.ToOffset), exception);
        }
    }

    private static void Require(bool holds, Func<string> otherwise)
    {
        if (!holds)
        {
            throw new StageStoppedException(otherwise());
        }
    }
}
