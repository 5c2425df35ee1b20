namespace StreamSpanMetrics.Stages;

/// <summary>Records of a shard that wait for their transaction.</summary>
internal sealed class PendingPoints
{
    private List<OutgoingRecord> records = [];

    /// <summary>How many there are.</summary>
    public int Count => records.Count;

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether something was applied or closed since the last transaction was made.</summary>
    public bool HasProgress { get; set; }

    /// <summary>Adds a record.</summary>
    public void Add(OutgoingRecord record)
    {
        records.Add(record);
        Bytes += (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0);
    }

    /// <summary>Hands all records over to a transaction.</summary>
    public List<OutgoingRecord> Take()
    {
        List<OutgoingRecord> taken = records;
        records = [];
        Bytes = 0;
        HasProgress = false;
        return taken;
    }
}
