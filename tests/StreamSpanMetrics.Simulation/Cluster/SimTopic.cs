namespace StreamSpanMetrics.Simulation.Cluster;

/// <summary>A topic.</summary>
internal sealed class SimTopic
{
    private readonly List<SimPartition> partitions = [];

    /// <summary>A topic with some partitions.</summary>
    public SimTopic(string name, int number, int partitionCount, bool isLogAppendTime)
    {
        Name = name;
        IsLogAppendTime = isLogAppendTime;
        Id = [.. Enumerable.Repeat((byte)number, 16)];
        Grow(partitionCount);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its id: another one after it was deleted and created again.</summary>
    public byte[] Id { get; }

    /// <summary>Whether the broker gives records their timestamps.</summary>
    public bool IsLogAppendTime { get; }

    /// <summary>Its partitions.</summary>
    public IReadOnlyList<SimPartition> Partitions => partitions;

    /// <summary>Adds partitions.</summary>
    public void Grow(int count)
    {
        for (int i = 0; i < count; i++)
        {
            partitions.Add(new SimPartition(this, partitions.Count));
        }
    }
}
