using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Writes the totals of a shard as sets of chunks, one chunk at a time in rotation (S3). Two sets live side by side under keys of
/// different parity, so the newest complete one survives while the next is written.
/// </summary>
/// <remarks>
/// What <see cref="WriteChunk"/> returns belongs into the same transaction as the progress record built after it. If that
/// transaction is lost, state and writer are thrown away and restored from what the topic holds.
/// </remarks>
public sealed class SnapshotWriter
{
    private const int MaxChunkBytes = 700_000;

    /// <summary>Most chunks of a set: a larger number can only be damage.</summary>
    internal const int MaxChunks = 1 << 20;

    private readonly ShardState state;
    private readonly List<SnapshotSet> abandoned = [];
    private SnapshotChunkBuilder? building;
    private bool isBuilt;

    /// <summary>A writer for a state that has no complete set yet, or that goes on with the sets that progress names.</summary>
    public SnapshotWriter(ShardState state, SnapshotSet? completeSet = null, SnapshotSet? nextSet = null)
    {
        this.state = state;
        CompleteSet = completeSet;
        NextSet = nextSet;
    }

    /// <summary>Most series that a chunk holds on average when a set begins.</summary>
    internal int MaxChunkSeries { get; set; } = 4096;

    /// <summary>Bytes of a record of a chunk by resource.</summary>
    internal int MaxPartBytes { get; set; } = MaxChunkBytes;

    /// <summary>The newest set of which all chunks are written; null before the first.</summary>
    public SnapshotSet? CompleteSet { get; private set; }

    /// <summary>The set being written; null between two sets.</summary>
    public SnapshotSet? NextSet { get; private set; }

    /// <summary>Whether a chunk has been begun and not been taken: no step may be closed until then.</summary>
    public bool IsBuilding => building is not null;

    /// <summary>
    /// Appends the next chunk's record to <paramref name="records"/>; the last chunk of a set also removes the set before it.
    /// </summary>
    /// <returns>False, and nothing appended, while the state allows no chunk (<see cref="ShardState.CanSnapshot"/>).</returns>
    public bool WriteChunk(ICollection<StateRecord> records)
    {
        if (!TryBeginChunk())
        {
            return false;
        }

        for (int work = int.MaxValue; !ContinueChunk(ref work); work = int.MaxValue)
        {
        }

        TakeChunk(records);
        return true;
    }

    /// <summary>As <see cref="WriteChunk"/>, but only begins, unless a chunk has been begun already. False as there.</summary>
    public bool TryBeginChunk()
    {
        if (building is not null)
        {
            return true;
        }

        if (!state.CanSnapshot)
        {
            return false;
        }

        bool byResource = state.Totals.Limits.Newest.IsAny;
        ulong number = (CompleteSet?.Number ?? 0) + 1;
        if (byResource && NextSet is { ByResource: false })
        {
            // Begun before there was a limit: a restore from such a set could not tell how many series a resource had in a step (S3).
            abandoned.Add(NextSet);
            number = NextSet.Number + 2;
            NextSet = null;
        }

        NextSet ??= new SnapshotSet
        {
            Number = number,
            Chunks = (uint)ChunkCount(),
            Replay = state.ReplayStart().ToMessage(),
            ByResource = byResource,
        };
        building = new SnapshotChunkBuilder(state, NextSet, (int)NextSet.Written, MaxPartBytes);
        isBuilt = false;
        return true;
    }

    /// <summary>Goes on with the chunk that was begun; true when it can be taken.</summary>
    /// <param name="work">How many series may still be written, roughly; lowered by those that were.</param>
    public bool ContinueChunk(ref int work)
    {
        SnapshotChunkBuilder begun = building ?? throw new InvalidOperationException("No chunk has been begun.");
        isBuilt = isBuilt || begun.Continue(ref work);
        return isBuilt;
    }

    /// <summary>Records of a complete set; at most those of one that is being written.</summary>
    public static long RecordCount(SnapshotSet? set) => set is null ? 0 : set.ByResource ? set.Records : set.Chunks;

    /// <summary>Appends the chunk, which must be complete, as <see cref="WriteChunk"/> does.</summary>
    public void TakeChunk(ICollection<StateRecord> records)
    {
        if (building is null || !isBuilt || NextSet is null)
        {
            throw new InvalidOperationException("No chunk is complete.");
        }

        foreach (SnapshotSet set in abandoned)
        {
            Remove(set, records);
        }

        abandoned.Clear();
        uint record = NextSet.ByResource ? NextSet.Records : NextSet.Written;
        foreach (byte[] value in building.Records())
        {
            records.Add(new StateRecord(StateKeys.Chunk(state.Rules.Shard, NextSet.Number, (int)record++), value));
        }

        building = null;
        NextSet.Written++;
        NextSet.Records = NextSet.ByResource ? record : 0;
        if (NextSet.Written == NextSet.Chunks)
        {
            Complete(records);
        }
    }

    /// <summary>Gives up the chunk that was begun, if any: it will be begun anew.</summary>
    public void AbandonChunk() => building = null;

    private void Complete(ICollection<StateRecord> records)
    {
        if (CompleteSet is not null)
        {
            Remove(CompleteSet, records);

            // Not by the set that is complete now: a set of one chunk could then drop a forced close that no progress has told of yet,
            // and nobody who reads the log could ever follow what happened (T5).
            state.PruneForcedCloses(CompleteSet.Replay.DeltasOffset);
            state.Totals.Limits.Prune(CompleteSet.Replay.ClosedStep);
        }

        CompleteSet = NextSet;
        NextSet = null;
    }

    private void Remove(SnapshotSet set, ICollection<StateRecord> records)
    {
        for (int record = 0; record < RecordCount(set); record++)
        {
            records.Add(new StateRecord(StateKeys.Chunk(state.Rules.Shard, set.Number, record), null));
        }
    }

    // A power of two, so that a chunk number is bits of the hash; so many that a chunk stays below the record limit.
    private int ChunkCount()
    {
        long series = state.ActiveSeries;
        long resourceBytes = 0;
        foreach (ResourceTotals resource in state.Resources)
        {
            resourceBytes += resource.Key.Length + 16;
        }

        long meanResourceBytes = resourceBytes / Math.Max(1, state.Resources.Count);
        HistogramShape histogram = state.Rules.Histogram;
        // An exponential bucket also has an index, and there may be as many of them as are allowed.
        long seriesBytes = state.Totals.Series.KeyBytes + (series * ((3L * histogram.BucketCount) + (4L * histogram.ExponentialMaxSize) + 40));
        int chunks = 1;
        while (chunks < MaxChunks && (series / chunks > MaxChunkSeries ||
            (seriesBytes / chunks) + (Math.Min(series / chunks, state.Resources.Count) * meanResourceBytes) > MaxChunkBytes))
        {
            chunks *= 2;
        }

        return chunks;
    }
}
