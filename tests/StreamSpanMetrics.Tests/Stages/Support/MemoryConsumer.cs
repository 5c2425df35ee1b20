using System.Diagnostics;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>
/// A group member over the memory log, driven by a script: a poll gives the next record of the partitions it owns, and when there is
/// none it runs the next step of the script, on the loop's own thread. At the script's end the loop is told to stop.
/// </summary>
internal sealed class MemoryConsumer(MemoryLog log, string topic, string group, int partitionCount) : IStageConsumer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HashSet<int> givenUp = [];
    private readonly Dictionary<int, long> positions = [];
    private readonly HashSet<int> paused = [];
    private readonly Queue<Func<bool>> script = [];
    private readonly CancellationTokenSource stop = new();
    private readonly long started = Stopwatch.GetTimestamp();
    private IPartitionEvents? events;
    private int lastPolled = -1;

    public string Group => group;

    public int PartitionCount { get; set; } = partitionCount;

    public byte[] TopicId => [];

    public bool IsMember => true;

    /// <summary>Whether <see cref="LogEndsAsync"/> has an answer.</summary>
    public bool KnowsEnds { get; set; } = true;

    /// <summary>Records of every partition that belong to open transactions, as <see cref="LogEndsAsync"/> tells.</summary>
    public long Unstable { get; set; }

    /// <summary>Set at the script's end.</summary>
    public CancellationToken Stop => stop.Token;

    /// <summary>Called before every poll.</summary>
    public Action? BeforePoll { get; set; }

    /// <summary>
    /// A poll that waits less than this is that of a loop with work to do: the script goes on when it has none. Zero makes it go on anyway.
    /// </summary>
    public TimeSpan BusyBelow { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether <see cref="EndOffsetsAsync"/> has an answer.</summary>
    public bool AnswersEnds { get; set; }

    /// <summary>Called with the partitions when ends are asked for, after the answer is made.</summary>
    public Action<IReadOnlyList<int>>? EndsAsked { get; set; }

    public IReadOnlyCollection<int> Paused => paused;

    /// <summary>Partitions that were paused when the loop closed.</summary>
    public IReadOnlyList<int> PausedAtEnd { get; private set; } = [];

    public IReadOnlyCollection<int> Owned => positions.Keys;

    /// <summary>Adds a step.</summary>
    public void Then(Action step) => script.Enqueue(() =>
    {
        step();
        return true;
    });

    /// <summary>Adds a step that polls until something holds.</summary>
    public void Until(Func<bool> holds) => script.Enqueue(holds);

    /// <summary>Adds a step that ends the loop without handing anything over.</summary>
    public void Crash() => Then(() => throw new SimulatedCrashException());

    /// <summary>Adds a step that gives partitions to this member.</summary>
    public void Assign(params int[] partitions) => Then(() => AssignNow(partitions));

    public void AssignNow(params int[] partitions)
    {
        foreach (int partition in partitions)
        {
            log.Own(group, partition, this);
        }

        IReadOnlyDictionary<int, long> starts = events!.Assigned(partitions);
        foreach (int partition in partitions)
        {
            // Without a place to begin at it is paused until the loop has one.
            if (!starts.TryGetValue(partition, out long offset))
            {
                paused.Add(partition);
            }

            positions[partition] = offset;
            givenUp.Remove(partition);
        }
    }

    public void RevokeNow(params int[] partitions)
    {
        events!.Revoked(partitions);
        Release(partitions);
    }

    public void LoseNow(params int[] partitions)
    {
        Release(partitions);
        events!.Lost(partitions);
    }

    /// <summary>The group takes partitions away without a word: the loop believes that it owns them until they are lost.</summary>
    public void Expel(params int[] partitions)
    {
        foreach (int partition in partitions)
        {
            log.Own(group, partition, null);
        }
    }

    /// <summary>The group expels a member that crashed.</summary>
    public void Abandon() => Release([.. positions.Keys]);

    public void Join(IPartitionEvents partitionEvents) => events = partitionEvents;

    public PollStatus Poll(TimeSpan timeout, IRecordReader reader, out PolledRecord record)
    {
        BeforePoll?.Invoke();
        if (TryNext(reader, out PollStatus status, out record))
        {
            return status;
        }

        if (timeout >= BusyBelow)
        {
            RunStep();
        }
        else
        {
            Assert.True(BeforePoll is not null || Stopwatch.GetElapsedTime(started) < Patience, "The loop never had nothing to do.");
        }

        return PollStatus.Nothing;
    }

    public long Position(int partition) => positions[partition];

    public IReadOnlyDictionary<int, long> Committed(IReadOnlyList<int> partitions, CancellationToken cancel)
    {
        Dictionary<int, long> offsets = [];
        foreach (int partition in partitions)
        {
            if (log.Committed(group, partition) is long offset)
            {
                offsets[partition] = offset;
            }
        }

        return offsets;
    }

    public Task<IReadOnlyDictionary<int, long>> EndOffsetsAsync(IReadOnlyList<int> partitions)
    {
        Dictionary<int, long> ends = [];
        foreach (int partition in AnswersEnds ? partitions : [])
        {
            ends[partition] = log.EndOffset(topic, partition);
        }

        EndsAsked?.Invoke(partitions);
        return Task.FromResult<IReadOnlyDictionary<int, long>>(ends);
    }

    public Task<IReadOnlyDictionary<int, LogEnd>> LogEndsAsync(IReadOnlyList<int> partitions) =>
        Task.FromResult<IReadOnlyDictionary<int, LogEnd>>(partitions.Where(_ => KnowsEnds).ToDictionary(
            partition => partition,
            partition => new LogEnd(log.EndOffset(topic, partition), log.EndOffset(topic, partition) - Unstable)));

    public long ReadTo(int partition) => positions[partition];

    public Task<long?> StartOffsetAsync(int partition) => Task.FromResult<long?>(log.StartOffset(topic, partition));

    public void Seek(int partition, long offset)
    {
        positions[partition] = offset;
        givenUp.Remove(partition);
    }

    public void Pause(int partition) => paused.Add(partition);

    public void Resume(int partition) => paused.Remove(partition);

    public void Commit(IReadOnlyDictionary<int, long> offsets)
    {
        foreach ((int partition, long offset) in offsets)
        {
            Assert.True(log.IsOwner(this, partition));
            log.SetCommitted(group, partition, offset);
        }
    }

    public void Close()
    {
        int[] all = [.. positions.Keys];
        PausedAtEnd = [.. paused];
        if (all.Length > 0)
        {
            RevokeNow(all);
        }
    }

    public void Dispose() => stop.Dispose();

    private bool TryNext(IRecordReader reader, out PollStatus status, out PolledRecord record)
    {
        // Partitions take turns, as they do when fetches arrive.
        foreach (int partition in positions.Keys.OrderBy(number => number <= lastPolled).ThenBy(number => number).ToArray())
        {
            if (paused.Contains(partition) || givenUp.Contains(partition))
            {
                continue;
            }

            long position = positions[partition];
            if (position < log.StartOffset(topic, partition) || position > log.EndOffset(topic, partition))
            {
                // Told once, as the real client does, which then leaves the partition until it is moved.
                givenUp.Add(partition);
                status = PollStatus.OutOfRange;
                record = new PolledRecord(partition, position, 0, false);
                return true;
            }

            if (log.Next(topic, partition, position) is MemoryRecord next)
            {
                reader.ReadKey(next.Key);
                reader.ReadValue(next.Value);
                positions[partition] = next.Offset + 1;
                lastPolled = partition;
                status = PollStatus.Record;
                record = new PolledRecord(partition, next.Offset, next.TimestampMillis, next.IsLogAppendTime, next.Headers);
                return true;
            }

            positions[partition] = log.EndOffset(topic, partition);
        }

        status = PollStatus.Nothing;
        record = default;
        return false;
    }

    private void RunStep()
    {
        if (!script.TryPeek(out Func<bool>? step))
        {
            stop.Cancel();
        }
        else if (step())
        {
            script.Dequeue();
        }
        else
        {
            Assert.True(BeforePoll is not null || Stopwatch.GetElapsedTime(started) < Patience, "What the script waits for did not come.");
            Thread.Yield();
        }
    }

    private void Release(int[] partitions)
    {
        foreach (int partition in partitions)
        {
            if (log.IsOwner(this, partition))
            {
                log.Own(group, partition, null);
            }

            positions.Remove(partition);
            paused.Remove(partition);
        }
    }
}
