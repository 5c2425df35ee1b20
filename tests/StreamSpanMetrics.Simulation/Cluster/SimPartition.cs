using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Cluster;

/// <summary>
/// A partition's log: markers and what aborted transactions wrote take offsets, readers of committed records stop at the first record
/// of a transaction that is not settled here.
/// </summary>
internal sealed class SimPartition
{
    private readonly List<LogEntry> entries = [];
    private readonly List<(SimTransaction Transaction, long FirstOffset)> open = [];

    /// <summary>An empty log.</summary>
    public SimPartition(SimTopic topic, int number)
    {
        Topic = topic;
        Number = number;
    }

    /// <summary>Its topic.</summary>
    public SimTopic Topic { get; }

    /// <summary>Its number.</summary>
    public int Number { get; }

    /// <summary>First offset that is still there.</summary>
    public long Start { get; private set; }

    /// <summary>Offset of the next record.</summary>
    public long End { get; private set; }

    /// <summary>Where readers of committed records stop.</summary>
    public long LastStable
    {
        get
        {
            long stable = End;
            foreach ((_, long first) in open)
            {
                stable = Math.Min(stable, first);
            }

            return stable;
        }
    }

    /// <summary>All that was ever appended, also what retention and compaction have removed since: for those who check.</summary>
    public List<LogEntry> History { get; } = [];

    /// <summary>Offsets that retention made the first one, in order.</summary>
    public List<long> Truncations { get; } = [];

    /// <summary>Offset behind the last marker or record written.</summary>
    public long Append(long timestampMillis, OutgoingRecord record, SimTransaction? transaction)
    {
        if (transaction is not null && !open.Exists(item => item.Transaction == transaction))
        {
            open.Add((transaction, End));
        }

        LogEntry entry = new(End, timestampMillis, record.Key, record.Value, record.Headers, transaction, false);
        transaction?.Records.Add((this, entry));
        Add(entry);
        return End;
    }

    /// <summary>Writes the end of a transaction.</summary>
    public void AppendMarker(long timestampMillis, SimTransaction transaction)
    {
        open.RemoveAll(item => item.Transaction == transaction);
        Add(new LogEntry(End, timestampMillis, null, null, null, transaction, true));
    }

    /// <summary>
    /// The first record that a reader of committed records sees at <paramref name="position"/> or behind it; null if there is none yet.
    /// </summary>
    /// <param name="position">Where to look.</param>
    /// <param name="next">Where to look next: behind the record, or behind markers and holes up to the last stable offset.</param>
    public LogEntry? Next(long position, out long next)
    {
        long stable = LastStable;
        for (int index = IndexOf(position); index < entries.Count && entries[index].Offset < stable; index++)
        {
            if (entries[index].IsVisible)
            {
                next = entries[index].Offset + 1;
                return entries[index];
            }
        }

        next = Math.Max(position, stable);
        return null;
    }

    /// <summary>Whether there is something to read at a position.</summary>
    public bool HasNext(long position) => position < LastStable && Next(position, out _) is not null;

    /// <summary>Records that readers of committed records see now, of all that was ever written.</summary>
    public IEnumerable<LogEntry> Committed()
    {
        long stable = LastStable;
        return History.Where(entry => entry.IsVisible && entry.Offset < stable);
    }

    /// <summary>Becomes a copy of another log, in which all is settled.</summary>
    public void CopyFrom(SimPartition other)
    {
        entries.AddRange(other.entries);
        History.AddRange(other.entries);
        Start = other.Start;
        End = other.End;
    }

    /// <summary>As <see cref="Committed"/>, from the end.</summary>
    public IEnumerable<LogEntry> NewestFirst()
    {
        long stable = LastStable;
        for (int i = History.Count - 1; i >= 0; i--)
        {
            if (History[i].IsVisible && History[i].Offset < stable)
            {
                yield return History[i];
            }
        }
    }

    /// <summary>Retention: the log begins at <paramref name="offset"/> now.</summary>
    public void Truncate(long offset)
    {
        Start = offset;
        Truncations.Add(offset);
        entries.RemoveAll(entry => entry.Offset < offset);
    }

    /// <summary>
    /// Compaction of all below <paramref name="end"/>: of every key the last committed record stays, what was aborted goes. Never passes
    /// the last stable offset.
    /// </summary>
    public void Compact(long end)
    {
        end = Math.Min(end, LastStable);
        HashSet<string> seen = [];
        for (int index = entries.Count - 1; index >= 0; index--)
        {
            LogEntry entry = entries[index];
            bool below = entry.Offset < end;
            if (below && (!entry.IsVisible || entry.Key is null || seen.Contains(Convert.ToHexString(entry.Key))))
            {
                entries.RemoveAt(index);
            }
            else if (below)
            {
                seen.Add(Convert.ToHexString(entry.Key!));
            }
        }
    }

    private void Add(LogEntry entry)
    {
        entries.Add(entry);
        History.Add(entry);
        End++;
    }

    private int IndexOf(long offset)
    {
        int low = 0;
        int high = entries.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (entries[middle].Offset < offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
