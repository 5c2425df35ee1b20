using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Scheduling;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>
/// A group member over the simulated cluster. As in the real client, heartbeats and joining go on beside the loop's thread, handlers are
/// called inside a poll, and membership is read when it is used.
/// </summary>
internal sealed class SimConsumer : IStageConsumer
{
    /// <summary>A poll that finds nothing may come back later than it was told by this: machines are busy with others.</summary>
    private const int LatestPollMillis = 1500;

    private readonly Scheduler scheduler;
    private readonly SimCluster cluster;
    private readonly SimGroup group;
    private readonly Faults faults;
    private readonly SortedList<int, long> positions = [];
    private readonly Dictionary<int, long> slowUntilTicks = [];
    private readonly SortedSet<int> paused = [];
    private readonly MemberState member;
    private readonly List<EndQuestion> questions = [];
    private IPartitionEvents? events;

    /// <summary>A consumer that has not joined.</summary>
    public SimConsumer(Scheduler scheduler, SimCluster cluster, string group, Faults faults)
    {
        this.scheduler = scheduler;
        this.cluster = cluster;
        this.faults = faults;
        this.group = cluster.Group(group);
        member = new MemberState(this.group, scheduler.Time);
    }

    /// <inheritdoc/>
    public int PartitionCount { get; private set; }

    /// <inheritdoc/>
    public bool IsMember => member.Id.Length > 0;

    /// <inheritdoc/>
    public byte[] TopicId { get; private set; } = [];

    /// <summary>Whether something beside the consumer has ended that its loop looks at after a poll.</summary>
    public bool HasNews { get; set; }

    /// <summary>Its group.</summary>
    public SimGroup Group => group;

    /// <summary>Membership as it is now.</summary>
    public (string Id, int Generation) Metadata => (member.Id, member.Generation);

    private SimTopic Topic => group.Topic();

    /// <inheritdoc/>
    public void Join(IPartitionEvents partitionEvents)
    {
        events = partitionEvents;
        member.IsActive = true;
    }

    /// <summary>What the client does beside the loop's thread, unless the whole process stands still.</summary>
    public void Background() => member.Background();

    /// <summary>Brings questions to the brokers and answers back, whose time has come.</summary>
    public void CarryAnswers()
    {
        for (int i = questions.Count - 1; i >= 0; i--)
        {
            questions[i].Turn(scheduler.Time.Ticks, Topic);
            if (questions[i].IsAnswered)
            {
                questions.RemoveAt(i);
            }
        }
    }

    /// <inheritdoc/>
    public PollStatus Poll(TimeSpan timeout, IRecordReader reader, out PolledRecord record)
    {
        scheduler.Point("polls");
        Serve();
        PollStatus status = TryFetch(reader, out record);
        if (status == PollStatus.Nothing && timeout > TimeSpan.Zero)
        {
            scheduler.Sleep("polls on", timeout.Ticks + faults.UpTo(LatestPollMillis), () => HasNews || member.HasNews || HasData());
            HasNews = false;
            Serve();
            status = TryFetch(reader, out record);
        }

        return status;
    }

    /// <inheritdoc/>
    public long Position(int partition) => positions.GetValueOrDefault(partition);

    /// <inheritdoc/>
    public long ReadTo(int partition) => Position(partition);

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, long> Committed(IReadOnlyList<int> partitions, CancellationToken cancel)
    {
        while (true)
        {
            scheduler.Point("asks for committed offsets");
            cancel.ThrowIfCancellationRequested();
            if (!partitions.Any(group.IsUnstable) && !faults.Happens(50))
            {
                Dictionary<int, long> answer = partitions.Where(group.Committed.ContainsKey)
                    .ToDictionary(partition => partition, partition => group.Committed[partition]);
                scheduler.Point("hears committed offsets");
                return answer;
            }

            scheduler.Sleep("asks again", faults.UpTo(200), null);
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, long>> EndOffsetsAsync(IReadOnlyList<int> partitions)
    {
        long now = scheduler.Time.Ticks;
        long arrival = now + faults.UpTo(faults.Happens(60) ? 4000 : 30);
        long answer = arrival + faults.UpTo(faults.Happens(60) ? 6000 : 30);
        EndQuestion question = new(partitions, arrival, answer, isLost: faults.Happens(40));
        questions.Add(question);
        scheduler.Point("asks for log ends");
        return question.Answer;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, LogEnd>> LogEndsAsync(IReadOnlyList<int> partitions) =>
        Task.FromResult<IReadOnlyDictionary<int, LogEnd>>(new Dictionary<int, LogEnd>());

    /// <inheritdoc/>
    public Task<long?> StartOffsetAsync(int partition)
    {
        scheduler.Point("asks for a log start");
        return Task.FromResult<long?>(Topic.Partitions[partition].Start);
    }

    /// <inheritdoc/>
    public void Seek(int partition, long offset)
    {
        if (positions.ContainsKey(partition))
        {
            positions[partition] = offset;
        }
    }

    /// <inheritdoc/>
    public void Pause(int partition) => paused.Add(partition);

    /// <inheritdoc/>
    public void Resume(int partition) => paused.Remove(partition);

    /// <inheritdoc/>
    public void Commit(IReadOnlyDictionary<int, long> offsets)
    {
        scheduler.Point("commits offsets " + string.Join(' ', offsets));
        if (!faults.Happens(50))
        {
            cluster.Commit(group, member.Id, member.Generation, offsets);
        }
        else
        {
            foreach ((int partition, long offset) in offsets)
            {
                group.LostCommits[partition] = Math.Max(offset, group.LostCommits.GetValueOrDefault(partition));
            }
        }

        scheduler.Point("has committed offsets");
    }

    /// <inheritdoc/>
    public void Close()
    {
        scheduler.Point("closes");
        List<int> all = [.. member.Claimed];
        if (all.Count > 0)
        {
            events!.Revoked(all);
        }

        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        member.Leave();
        positions.Clear();
    }

    private bool HasData()
    {
        if (positions.Count == 0)
        {
            return false;
        }

        foreach ((int number, long position) in positions)
        {
            if (CanRead(number) && (IsOutOfRange(number, position) || Topic.Partitions[number].HasNext(position)))
            {
                return true;
            }
        }

        return false;
    }

    // While a topic is deleted its partitions are only unknown.
    private bool CanRead(int partition) => !paused.Contains(partition) && !IsSlow(partition) && partition < Topic.Partitions.Count;

    private bool IsSlow(int partition) => slowUntilTicks.GetValueOrDefault(partition) > scheduler.Time.Ticks;

    private bool IsOutOfRange(int number, long position) =>
        position < Topic.Partitions[number].Start || position > Topic.Partitions[number].End;

    private PollStatus TryFetch(IRecordReader reader, out PolledRecord record)
    {
        record = default;
        if (positions.Count == 0)
        {
            return PollStatus.Nothing;
        }

        int[] readable = [.. positions.Keys.Where(CanRead)];
        int first = readable.Length > 1 ? faults.Random.Next(readable.Length) : 0;
        for (int i = 0; i < readable.Length; i++)
        {
            int number = readable[(first + i) % readable.Length];
            if (IsOutOfRange(number, positions[number]))
            {
                record = new PolledRecord(number, positions[number], 0, false);
                return PollStatus.OutOfRange;
            }

            if (faults.Happens(25))
            {
                slowUntilTicks[number] = scheduler.Time.Ticks + faults.UpTo(faults.Happens(200) ? 8000 : 500);
                continue;
            }

            LogEntry? entry = Topic.Partitions[number].Next(positions[number], out long next);
            positions[number] = next;
            if (entry is not null)
            {
                reader.ReadKey(entry.Key);
                reader.ReadValue(entry.Value);
                record = new PolledRecord(number, entry.Offset, entry.TimestampMillis, Topic.IsLogAppendTime, entry.Headers);
                return PollStatus.Record;
            }
        }

        return PollStatus.Nothing;
    }

    // Handlers, on the loop's thread.
    private void Serve()
    {
        if (member.TakeLoss() is List<int> lost)
        {
            scheduler.Note($"{Scheduler.Current!.Name} lost {string.Join(',', lost)}");
            // The real client has been seen to lose the mark of a loss while another rebalance was on its way.
            if (faults.Happens(150))
            {
                events!.Revoked(lost);
            }
            else
            {
                events!.Lost(lost);
            }

            Drop(lost);
            member.LossIsServed();
            return;
        }

        if (member.TakeChange() is not (List<int> revoked, List<int> added))
        {
            return;
        }

        if (revoked.Count > 0)
        {
            scheduler.Note($"{Scheduler.Current!.Name} revoked {string.Join(',', revoked)}");
            events!.Revoked(revoked);
            Drop(revoked);
        }

        if (added.Count > 0)
        {
            Assign(added);
        }

        member.ChangeIsServed(revoked);
    }

    private void Assign(List<int> added)
    {
        scheduler.Note($"{Scheduler.Current!.Name} assigned {string.Join(',', added)}");
        PartitionCount = Topic.Partitions.Count;
        TopicId = TopicId.Length == 0 ? Topic.Id : TopicId;
        IReadOnlyDictionary<int, long> starts = events!.Assigned(added);
        foreach (int number in added)
        {
            positions[number] = starts.GetValueOrDefault(number);
            paused.Remove(number);
            if (!starts.ContainsKey(number))
            {
                paused.Add(number);
            }
        }
    }

    private void Drop(List<int> partitions)
    {
        foreach (int partition in partitions)
        {
            positions.Remove(partition);
            paused.Remove(partition);
        }
    }
}
