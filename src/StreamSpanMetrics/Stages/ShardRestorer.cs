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

    public ShardRestorer(MergeOptions options, IShardLog log, ILogger logger, string stage, TimeProvider time)
    {
        this.options = options;
        this.log = log;
        this.logger = logger;
        this.stage = stage;
        this.time = time;
    }

    /// <summary>The shard as its last transaction left it. For any thread.</summary>
    public MergeShard Restore(int number, IStageConsumer consumer, CancellationToken cancel)
    {
        ShardRules rules = new()
        {
            Shard = number,
            RulesFingerprint = options.RulesFingerprint,
            IntervalMillis = options.Points.IntervalMillis,
            ExpiryMillis = options.Points.ExpiryMillis,
            BucketCount = HasHistogram() ? options.Points.Histogram.BoundsNanos.Count + 1 : 0,
            Layout = options.Layout,
        };
        if (options.OffsetsAreForgotten)
        {
            ShardState fresh = new(rules, new long[options.SourcePartitions], ByteString.Empty);
            return new MergeShard(number, options, fresh, new SnapshotWriter(fresh), 0, time);
        }

        long started = time.GetTimestamp();
        ShardReplay replay = Begin(rules, number, consumer, cancel);
        foreach ((long deltasOffset, DeltaBatch batch) in log.ReadDeltas(number, replay.FromOffset, replay.ToOffset, cancel))
        {
            cancel.ThrowIfCancellationRequested();
            Check(replay.Apply(batch, deltasOffset), number, -1);
        }

        Check(replay.Complete(out ShardState? state, out SnapshotWriter? snapshots), number, -1);
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
            RestoreResult result = SnapshotReader.Read(rules, log.ReadState(number, cancel));
            if (result.Replay is ShardReplay replay && committed == replay.ToOffset)
            {
                return replay;
            }

            long? now = Committed(number, consumer, cancel);
            if (now == committed)
            {
                Check(result.Failure, number, result.Chunk);
                throw new StageStoppedException(
                    Messages.StateMismatch(options.DeltasTopic, number, committed ?? -1, result.Replay!.ToOffset));
            }

            committed = now;
        }
    }

    private static long? Committed(int number, IStageConsumer consumer, CancellationToken cancel) =>
        consumer.Committed([number], cancel).TryGetValue(number, out long offset) ? offset : null;

    private bool HasHistogram() => options.Layout.Has(SeriesFamily.Spans) || options.Layout.Has(SeriesFamily.Duration);

    private void Check(RestoreFailure failure, int shard, int chunk)
    {
        if (failure != RestoreFailure.None)
        {
            throw new StageStoppedException(Messages.RestoreFailed(options.StateTopic, shard, failure.ToString(), chunk));
        }
    }
}
