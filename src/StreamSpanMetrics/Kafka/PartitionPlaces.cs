using Confluent.Kafka;

namespace StreamSpanMetrics.Kafka;

/// <summary>
/// Where a group member stands in each of its partitions, and where it is to go on as soon as the client can. Polling thread only, except
/// as the client says otherwise.
/// </summary>
internal sealed class PartitionPlaces
{
    private readonly IConsumer<bool, bool> consumer;
    private readonly string topic;
    private readonly bool assignsAll;
    private readonly Action<string> trouble;
    private readonly Dictionary<int, long> positions = [];
    private readonly Dictionary<int, long> ends = [];
    private readonly HashSet<int> sought = [];

    // Assigned, but the loop has not said yet where to begin; and to be paused when the client has taken the assignment.
    private readonly HashSet<int> unready = [];
    private readonly List<TopicPartition> toPause = [];

    // Said, but the client could not do it yet.
    private readonly Dictionary<int, long> pendingSeeks = [];

    // Given up by the client; and paused, by the loop or for want of a place.
    private readonly HashSet<int> outOfRange = [];
    private readonly HashSet<int> paused = [];

    /// <summary>
    /// Places in one topic; <paramref name="trouble"/> hears what the client could not do yet. Where the group's protocol is an eager one,
    /// <paramref name="assignsAll"/>, the client takes no changes to single partitions.
    /// </summary>
    public PartitionPlaces(IConsumer<bool, bool> consumer, string topic, bool assignsAll, Action<string> trouble)
    {
        this.consumer = consumer;
        this.topic = topic;
        this.assignsAll = assignsAll;
        this.trouble = trouble;
    }

    /// <summary>Takes a partition over that is read from <paramref name="start"/> on.</summary>
    public void Assign(int partition, long start)
    {
        ends.Remove(partition);
        sought.Add(partition);
        positions[partition] = start;
    }

    /// <summary>
    /// Takes a partition over of which nothing is handed over before a <see cref="Seek"/> tells where to begin; until then it waits at
    /// <paramref name="place"/>.
    /// </summary>
    public void AssignUnready(int partition, long place)
    {
        Assign(partition, place);
        unready.Add(partition);
        toPause.Add(new TopicPartition(topic, partition));
    }

    /// <summary>
    /// A partition is given up. Inside the handler, while it is still the client's: a pause outlives the assignment there
    /// (RD_KAFKA_TOPPAR_F_APP_PAUSE), and would hold the partition for ever if it came back.
    /// </summary>
    public void Forget(int partition)
    {
        if (paused.Contains(partition))
        {
            Resume(partition);
        }

        unready.Remove(partition);
        pendingSeeks.Remove(partition);
        outOfRange.Remove(partition);
        toPause.RemoveAll(waiting => waiting.Partition.Value == partition);
    }

    /// <summary>Stops fetching a partition.</summary>
    public void Pause(int partition)
    {
        paused.Add(partition);
        consumer.Pause([new TopicPartition(topic, partition)]);
    }

    /// <summary>Fetches a paused partition again.</summary>
    public void Resume(int partition)
    {
        paused.Remove(partition);
        toPause.RemoveAll(waiting => waiting.Partition.Value == partition);
        consumer.Resume([new TopicPartition(topic, partition)]);
    }

    /// <summary>The log does not have the place of a partition: the client has given it up, and will not be moved (A8).</summary>
    public void OutOfRange(int partition) => outOfRange.Add(partition);

    /// <summary>Whether a record of the partition is one that the loop waits for.</summary>
    public bool IsReady(int partition) => !unready.Contains(partition) && !pendingSeeks.ContainsKey(partition);

    /// <summary>A record was read.</summary>
    public void Passed(int partition, long offset)
    {
        positions[partition] = offset + 1;
        sought.Remove(partition);
    }

    /// <summary>The end of the log was met.</summary>
    public void AtEnd(int partition, long offset) => ends[partition] = offset;

    /// <summary>Offset up to which the log was read; markers behind the last record count.</summary>
    public long ReadTo(int partition) => Math.Max(Position(partition), ends.GetValueOrDefault(partition));

    /// <summary>Offset of the next record.</summary>
    public long Position(int partition)
    {
        long tracked = positions.GetValueOrDefault(partition);
        if (sought.Contains(partition))
        {
            // Until the first record behind a seek the client still tells the position before it.
            return tracked;
        }

        Offset position = consumer.Position(new TopicPartition(topic, partition));
        return position.IsSpecial ? tracked : Math.Max(tracked, position.Value);
    }

    /// <summary>Goes on at <paramref name="offset"/>, now or as soon as the client can.</summary>
    public void Seek(int partition, long offset)
    {
        positions[partition] = offset;
        ends.Remove(partition);
        sought.Add(partition);
        unready.Remove(partition);
        toPause.RemoveAll(waiting => waiting.Partition.Value == partition);
        pendingSeeks[partition] = offset;
        SeekPending();
    }

    /// <summary>
    /// Tries again what could not be done: a partition that the client has not begun to read, or that is lost but not yet reported, cannot
    /// be moved. Before every poll.
    /// </summary>
    public void SeekPending()
    {
        foreach ((int partition, long offset) in pendingSeeks)
        {
            try
            {
                if (outOfRange.Contains(partition))
                {
                    AssignAnew(partition, offset);
                }
                else
                {
                    consumer.Seek(new TopicPartitionOffset(topic, partition, offset));
                }

                pendingSeeks.Remove(partition);
            }
            catch (KafkaException exception) when (exception.Error.Code is ErrorCode.Local_State or ErrorCode.Local_UnknownPartition)
            {
                trouble($"seeking in {topic}[{partition}]: {exception.Error.Reason}");
            }
        }
    }

    /// <summary>Pauses what was assigned and has no place yet. After every poll: before, the client would not know the partition.</summary>
    public void PauseUnready()
    {
        if (toPause.Count > 0)
        {
            paused.UnionWith(toPause.Select(waiting => waiting.Partition.Value));
            consumer.Pause(toPause);
            toPause.Clear();
        }
    }

    // A client that found a place out of range reads on from an assignment only (rd_kafka_offset_reset and rd_kafka_toppar_seek in librdkafka's
    // src). Pauses outlive it.
    private void AssignAnew(int partition, long offset)
    {
        TopicPartition moved = new(topic, partition);
        if (assignsAll)
        {
            List<TopicPartitionOffset> all =
                [.. consumer.Assignment.Select(one => new TopicPartitionOffset(one, one == moved ? offset : Position(one.Partition.Value)))];
            consumer.Assign(all);
            sought.UnionWith(all.Select(one => one.Partition.Value));
        }
        else
        {
            if (consumer.Assignment.Contains(moved))
            {
                consumer.IncrementalUnassign([moved]);
            }

            consumer.IncrementalAssign([new TopicPartitionOffset(moved, offset)]);
        }

        outOfRange.Remove(partition);
    }
}
