using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Scheduling;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>Reads the newest committed progress of every shard of the simulated cluster (A7); now and then there is no answer.</summary>
internal sealed class SimProgressLog(Scheduler scheduler, SimCluster cluster, string stateTopic, Faults faults) : IProgressLog
{
    /// <inheritdoc/>
    public Task<IReadOnlyCollection<ProgressRecord>?> ReadAsync()
    {
        scheduler.Point("asks for progress");
        if (faults.Happens(50))
        {
            return Task.FromResult<IReadOnlyCollection<ProgressRecord>?>(null);
        }

        List<ProgressRecord> newest = [];
        IReadOnlyList<SimPartition> partitions = cluster.Topic(stateTopic).Partitions;
        for (int shard = 0; shard < partitions.Count; shard++)
        {
            SimPartition partition = partitions[shard];
            StateContents contents = new(shard);
            long position = partition.Start;
            while (partition.Next(position, out position) is LogEntry entry)
            {
                contents.Add(entry.Key, entry.Value);
            }

            if (contents.Progress is not null)
            {
                newest.Add(ProgressRecord.Parser.ParseFrom(contents.Progress));
            }
        }

        return Task.FromResult<IReadOnlyCollection<ProgressRecord>?>(newest);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is open between questions.
    }
}
