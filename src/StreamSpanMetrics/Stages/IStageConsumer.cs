namespace StreamSpanMetrics.Stages;

/// <summary>
/// A member of a stage's consumer group, reading one topic: the seam behind which Kafka, or a simulated log, stands. One thread polls;
/// <see cref="EndOffsetsAsync"/>, <see cref="LogEndsAsync"/> and <see cref="Committed"/> may be called beside it.
/// </summary>
public interface IStageConsumer : IDisposable
{
    /// <summary>Number of partitions of the topic, as last seen.</summary>
    int PartitionCount { get; }

    /// <summary>Whether the group knows this member.</summary>
    bool IsMember { get; }

    /// <summary>Id of the topic, 16 bytes; empty where the broker has none.</summary>
    byte[] TopicId { get; }

    /// <summary>Joins the group; events arrive inside <see cref="Poll"/> and <see cref="Close"/>.</summary>
    void Join(IPartitionEvents events);

    /// <summary>Waits up to <paramref name="timeout"/> for a record and hands it to <paramref name="reader"/>.</summary>
    PollStatus Poll(TimeSpan timeout, IRecordReader reader, out PolledRecord record);

    /// <summary>Offset of the next record to be polled, markers and holes passed (A1).</summary>
    long Position(int partition);

    /// <summary>
    /// Stable committed offsets of the group; waits for pending transactions and asks again until there is an answer. A partition
    /// without one is absent from the result.
    /// </summary>
    IReadOnlyDictionary<int, long> Committed(IReadOnlyList<int> partitions, CancellationToken cancel);

    /// <summary>Log ends, uncommitted records included (T3); absent where there was no answer.</summary>
    Task<IReadOnlyDictionary<int, long>> EndOffsetsAsync(IReadOnlyList<int> partitions);

    /// <summary>Where logs end, for those who watch; absent where there was no answer.</summary>
    Task<IReadOnlyDictionary<int, LogEnd>> LogEndsAsync(IReadOnlyList<int> partitions);

    /// <summary>
    /// Offset up to which the log is known to have been read. Like <see cref="Position"/>, but at the end of a log it also counts
    /// transaction markers behind the last record. Only for those who watch.
    /// </summary>
    long ReadTo(int partition);

    /// <summary>First offset that the log still has.</summary>
    Task<long?> StartOffsetAsync(int partition);

    /// <summary>Goes on reading at <paramref name="offset"/>.</summary>
    void Seek(int partition, long offset);

    /// <summary>Stops fetching a partition until it is resumed or moved.</summary>
    void Pause(int partition);

    /// <summary>Fetches a paused partition again.</summary>
    void Resume(int partition);

    /// <summary>Commits offsets outside a transaction: for a stage whose output is not in Kafka.</summary>
    void Commit(IReadOnlyDictionary<int, long> offsets);

    /// <summary>Leaves the group.</summary>
    void Close();
}
