using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Scheduling;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>Reads state and deltas of the simulated cluster without a group, read committed, up to ends that are read uncommitted (M1).</summary>
internal sealed class SimShardLog(Scheduler scheduler, SimCluster cluster, string deltasTopic, string stateTopic, Faults faults) : IShardLog
{
    /// <inheritdoc/>
    public StateContents ReadState(int shard, CancellationToken cancel)
    {
        scheduler.Point("asks for the end of the state");
        SimPartition partition = cluster.Topic(stateTopic).Partitions[shard];
        long end = partition.End;
        StateContents contents = new(shard);
        foreach (LogEntry entry in Read(partition, partition.Start, end, cancel))
        {
            contents.Add(entry.Key, entry.Value);
        }

        return contents;
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<long, DeltaBatch?>> ReadDeltas(int shard, long fromOffset, long toOffset, CancellationToken cancel) =>
        Read(cluster.Topic(deltasTopic).Partitions[shard], fromOffset, toOffset, cancel)
            .Select(entry => KeyValuePair.Create<long, DeltaBatch?>(entry.Offset, DeltaBatch.Parser.ParseFrom(entry.Value)));

    /// <inheritdoc/>
    public Task<long?> StateEndAsync(int shard)
    {
        scheduler.Point("asks whether the state has grown");
        return Task.FromResult<long?>(cluster.Topic(stateTopic).Partitions[shard].End);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is open between reads.
    }

    private IEnumerable<LogEntry> Read(SimPartition partition, long from, long to, CancellationToken cancel)
    {
        long position = from;
        while (position < to)
        {
            cancel.ThrowIfCancellationRequested();
            LogEntry? entry = partition.Next(position, out position);
            if (entry is not null && entry.Offset < to)
            {
                yield return entry;
            }

            if (entry is null && position < to)
            {
                // An open transaction stands in the way.
                scheduler.Sleep("waits for a stable end", faults.UpTo(300) + 1, null);
            }
            else if (faults.Random.Next(8) == 0)
            {
                scheduler.Point("reads");
            }
        }
    }
}
