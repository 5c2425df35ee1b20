using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>
/// Topics, committed offsets and the ownership of partitions in memory, as a broker would hold them. Transactions are atomic: readers
/// see committed records only, markers and aborted records stay as holes. All members may be used from any thread.
/// </summary>
internal sealed class MemoryLog
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Topic, int Partition), SortedList<long, MemoryRecord?>> partitions = [];
    private readonly Dictionary<(string Topic, int Partition), long> starts = [];
    private readonly Dictionary<(string Group, int Partition), long> committed = [];
    private readonly Dictionary<(string Group, int Partition), MemoryConsumer> owners = [];

    /// <summary>Appends a record outside of transactions.</summary>
    public void Append(
        string topic, int partition, byte[]? key, byte[]? value, long timestampMillis = 0, bool isLogAppendTime = true,
        IReadOnlyList<KeyValuePair<string, byte[]>>? headers = null)
    {
        lock (gate)
        {
            long offset = EndOffset(topic, partition);
            Partition(topic, partition).Add(offset, new MemoryRecord(offset, key, value, timestampMillis, isLogAppendTime, headers));
        }
    }

    /// <summary>Appends an offset without a record.</summary>
    public void AppendHole(string topic, int partition)
    {
        lock (gate)
        {
            Partition(topic, partition).Add(EndOffset(topic, partition), null);
        }
    }

    public long EndOffset(string topic, int partition)
    {
        lock (gate)
        {
            SortedList<long, MemoryRecord?> records = Partition(topic, partition);
            return records.Count == 0 ? 0 : records.GetKeyAtIndex(records.Count - 1) + 1;
        }
    }

    public long StartOffset(string topic, int partition)
    {
        lock (gate)
        {
            return starts.GetValueOrDefault((topic, partition));
        }
    }

    /// <summary>Retention: the log starts at <paramref name="offset"/> now.</summary>
    public void DeleteBefore(string topic, int partition, long offset)
    {
        lock (gate)
        {
            starts[(topic, partition)] = offset;
        }
    }

    /// <summary>All records of a partition that are visible to a read-committed reader, between two offsets.</summary>
    public IReadOnlyList<MemoryRecord> Read(string topic, int partition, long from = 0, long to = long.MaxValue)
    {
        lock (gate)
        {
            return [.. Partition(topic, partition).Values.OfType<MemoryRecord>().Where(record => record.Offset >= from && record.Offset < to)];
        }
    }

    /// <summary>The first visible record at or behind an offset; null if there is none.</summary>
    public MemoryRecord? Next(string topic, int partition, long from)
    {
        lock (gate)
        {
            SortedList<long, MemoryRecord?> records = Partition(topic, partition);
            for (int at = (int)from; at < records.Count; at++)
            {
                if (records.GetValueAtIndex(at) is MemoryRecord record)
                {
                    return record;
                }
            }

            return null;
        }
    }

    public long? Committed(string group, int partition)
    {
        lock (gate)
        {
            return committed.TryGetValue((group, partition), out long offset) ? offset : null;
        }
    }

    public void SetCommitted(string group, int partition, long? offset)
    {
        lock (gate)
        {
            if (offset is long known)
            {
                committed[(group, partition)] = known;
            }
            else
            {
                committed.Remove((group, partition));
            }
        }
    }

    public void Own(string group, int partition, MemoryConsumer? owner)
    {
        lock (gate)
        {
            if (owner is null)
            {
                owners.Remove((group, partition));
            }
            else
            {
                owners.Add((group, partition), owner);
            }
        }
    }

    public bool IsOwner(MemoryConsumer consumer, int partition)
    {
        lock (gate)
        {
            return owners.GetValueOrDefault((consumer.Group, partition)) == consumer;
        }
    }

    /// <summary>
    /// Ends a transaction. A member that does not own all partitions of the offsets is fenced by its generation: aborted.
    /// </summary>
    public TransactionOutcome Commit(
        IReadOnlyList<OutgoingRecord> records, IReadOnlyDictionary<int, long> offsets, MemoryConsumer consumer, TransactionFault fault)
    {
        lock (gate)
        {
            bool owned = offsets.Keys.All(partition => IsOwner(consumer, partition));
            bool written = owned && fault is TransactionFault.None or TransactionFault.UnknownWritten or TransactionFault.CrashAfter;
            Write(records, written);
            foreach ((int partition, long offset) in offsets)
            {
                if (written)
                {
                    committed[(consumer.Group, partition)] = offset;
                }
            }

            return fault switch
            {
                TransactionFault.UnknownWritten or TransactionFault.UnknownNotWritten => TransactionOutcome.Unknown,
                TransactionFault.Fenced => TransactionOutcome.Fenced,
                _ => written ? TransactionOutcome.Committed : TransactionOutcome.Aborted,
            };
        }
    }

    private void Write(IReadOnlyList<OutgoingRecord> records, bool written)
    {
        HashSet<(string, int)> touched = [];
        foreach (OutgoingRecord record in records)
        {
            int partition = Math.Max(0, record.Partition);
            touched.Add((record.Topic, partition));
            if (written)
            {
                Append(record.Topic, partition, record.Key, record.Value, headers: record.Headers);
            }
            else
            {
                AppendHole(record.Topic, partition);
            }
        }

        foreach ((string topic, int partition) in touched)
        {
            // The transaction's marker.
            AppendHole(topic, partition);
        }
    }

    private SortedList<long, MemoryRecord?> Partition(string topic, int partition)
    {
        if (!partitions.TryGetValue((topic, partition), out SortedList<long, MemoryRecord?>? records))
        {
            records = [];
            partitions.Add((topic, partition), records);
        }

        return records;
    }
}
