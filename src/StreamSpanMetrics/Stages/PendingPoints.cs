namespace StreamSpanMetrics.Stages;

/// <summary>Records of a shard that wait for their transaction.</summary>
internal sealed class PendingPoints
{
    private readonly List<OutgoingRecord> records = [];

    /// <summary>The records, in order.</summary>
    public IReadOnlyList<OutgoingRecord> Records => records;

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether something was applied or closed since the last transaction.</summary>
    public bool HasProgress { get; set; }

    /// <summary>Adds a record.</summary>
    public void Add(OutgoingRecord record)
    {
        records.Add(record);
        Bytes += (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
    }

    /// <summary>Everything is written.</summary>
    public void Clear()
    {
        records.Clear();
        Bytes = 0;
        HasProgress = false;
    }
}
