using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>Restores shards to look at them, with the reader that merge restores with.</summary>
internal sealed class ShardReader
{
    // While a worker writes, compaction can remove what was just about to be read: a second look has the newer records.
    private const int Attempts = 3;

    private readonly ProcessorSettings settings;
    private readonly IShardLog log;
    private readonly ShardProblems problems;

    public ShardReader(ProcessorSettings settings, IShardLog log)
    {
        this.settings = settings;
        this.log = log;
        problems = ApplicationLook.Problems(settings);
    }

    /// <summary>
    /// The shard as its last merge transaction left it. Throws a <see cref="ViewException"/> if the application has never started or runs
    /// under other rules.
    /// </summary>
    public RestoredShard Read(int shard, CancellationToken cancel)
    {
        RestoredShard restored = TryRead(shard, cancel);
        for (int attempt = 1; attempt < Attempts && restored.Problem is not null; attempt++)
        {
            restored = TryRead(shard, cancel);
        }

        return restored;
    }

    private RestoredShard TryRead(int shard, CancellationToken cancel)
    {
        StateContents contents;
        try
        {
            contents = log.ReadState(shard, cancel);
        }
        catch (StageStoppedException exception)
        {
            throw new ViewException(exception.Message, ExitCode.Failed);
        }

        ControlRecord control = ApplicationLook.Control(settings, contents);
        RestoreResult result = SnapshotReader.Read(RulesBuilder.Shard(settings, shard), contents);
        if (result.Replay is not ShardReplay replay)
        {
            return Failed(control, problems.Record(shard, result.Failure, result.Record, result.Chunk));
        }

        try
        {
            foreach ((long offset, DeltaBatch? batch) in log.ReadDeltas(shard, replay.FromOffset, replay.ToOffset, cancel))
            {
                RestoreFailure refused = replay.Apply(batch, offset);
                if (refused != RestoreFailure.None)
                {
                    return Failed(control, refused == RestoreFailure.RefusedBlock
                        ? problems.RefusedReplay(shard, offset, replay.RefusedBlock)
                        : problems.IncompleteReplay(shard, replay.FromOffset, replay.ToOffset));
                }
            }
        }
        catch (RangeDeletedException)
        {
            return Failed(control, problems.IncompleteReplay(shard, replay.FromOffset, replay.ToOffset));
        }
        catch (StageStoppedException exception)
        {
            return new RestoredShard(control, exception.Message, null, 0, 0);
        }

        RestoreFailure failure = replay.Complete(out ShardState? state, out _);
        return failure == RestoreFailure.None
            ? new RestoredShard(control, null, state, replay.FromOffset, replay.ToOffset)
            : Failed(control, problems.IncompleteReplay(shard, replay.FromOffset, replay.ToOffset));
    }

    private static RestoredShard Failed(ControlRecord control, string problem) => new(control, problem, null, 0, 0);
}
