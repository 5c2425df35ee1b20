using Confluent.Kafka;

namespace StreamSpanMetrics.Kafka;

/// <summary>
/// Reads single records of many partitions at once, committed ones only, in no group: the first of a range, or the last. Each call has a
/// client of its own. Throws a <see cref="KafkaException"/> if no broker answers.
/// </summary>
internal sealed class PartitionPeek
{
    private const int FirstWindow = 8;
    private const int WindowGrowth = 16;
    private const int FetchBytes = 256 * 1024;
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);

    private readonly ConsumerConfig config;
    private readonly TimeProvider time;

    /// <summary>Reads with a copy of <paramref name="config"/> that fetches little.</summary>
    public PartitionPeek(ConsumerConfig config, TimeProvider time)
    {
        this.time = time;
        this.config = new ConsumerConfig(config.ToDictionary(pair => pair.Key, pair => pair.Value))
        {
            MaxPartitionFetchBytes = FetchBytes,
            QueuedMinMessages = 1,
        };
    }

    /// <summary>The first record of each range; a partition with none, or with transaction markers only, is left out.</summary>
    public IReadOnlyDictionary<TopicPartition, ConsumeResult<byte[]?, byte[]?>> First(
        IReadOnlyDictionary<TopicPartition, OffsetRange> ranges, CancellationToken cancel)
    {
        Dictionary<TopicPartition, ConsumeResult<byte[]?, byte[]?>> found = [];
        Sweep(ranges, record => found.TryAdd(record.TopicPartition, record), cancel);
        return found;
    }

    /// <summary>The last record of each range that counts. The end of a range is read first, then more and more of it.</summary>
    public IReadOnlyDictionary<TopicPartition, ConsumeResult<byte[]?, byte[]?>> Last(
        IReadOnlyDictionary<TopicPartition, OffsetRange> ranges, Predicate<ConsumeResult<byte[]?, byte[]?>> counts, CancellationToken cancel)
    {
        Dictionary<TopicPartition, ConsumeResult<byte[]?, byte[]?>> found = [];
        Dictionary<TopicPartition, OffsetRange> open = new(ranges);
        for (long window = FirstWindow; open.Count > 0; window *= WindowGrowth)
        {
            Dictionary<TopicPartition, OffsetRange> ends = open.ToDictionary(
                range => range.Key, range => range.Value with { From = Math.Max(range.Value.From, range.Value.To - window) });
            Sweep(
                ends,
                record =>
                {
                    if (counts(record))
                    {
                        found[record.TopicPartition] = record;
                    }

                    return false;
                },
                cancel);
            open = open
                .Where(range => !found.ContainsKey(range.Key) && ends[range.Key].From > range.Value.From)
                .ToDictionary(range => range.Key, range => range.Value);
        }

        return found;
    }

    /// <summary>Gives the records of all ranges, each partition's in order, until <paramref name="take"/> has enough of a partition.</summary>
    private void Sweep(
        IReadOnlyDictionary<TopicPartition, OffsetRange> ranges, Func<ConsumeResult<byte[]?, byte[]?>, bool> take, CancellationToken cancel)
    {
        HashSet<TopicPartition> open = [.. ranges.Where(range => range.Value.From < range.Value.To).Select(range => range.Key)];
        if (open.Count == 0)
        {
            return;
        }

        using IConsumer<byte[]?, byte[]?> consumer = Open();
        consumer.Assign(open.Select(partition => new TopicPartitionOffset(partition, ranges[partition].From)));
        long heard = time.GetTimestamp();
        while (open.Count > 0)
        {
            cancel.ThrowIfCancellationRequested();
            if (Consume(consumer, open) is not ConsumeResult<byte[]?, byte[]?> record)
            {
                GiveUpAfter(heard, open);
                continue;
            }

            heard = time.GetTimestamp();
            long to = ranges[record.TopicPartition].To;
            bool isPast = record.IsPartitionEOF || record.Offset.Value >= to;
            if (open.Contains(record.TopicPartition) && (isPast || take(record) || record.Offset.Value + 1 >= to))
            {
                open.Remove(record.TopicPartition);
                consumer.Pause([record.TopicPartition]);
            }
        }
    }

    private static ConsumeResult<byte[]?, byte[]?>? Consume(IConsumer<byte[]?, byte[]?> consumer, HashSet<TopicPartition> open)
    {
        try
        {
            return consumer.Consume(PollTimeout);
        }
        catch (ConsumeException exception) when (exception.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
        {
            // The range was deleted since it was asked for: it has no records.
            open.Remove(exception.ConsumerRecord.TopicPartition);
            return null;
        }
        catch (ConsumeException exception) when (TransientErrors.Include(exception))
        {
            // The client tries again by itself, and the caller knows for how long.
            return null;
        }
    }

    private void GiveUpAfter(long heard, HashSet<TopicPartition> open)
    {
        if (time.GetElapsedTime(heard) > TopicAdmin.AskTimeout)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"no answer while reading {open.First()}"));
        }
    }

    private IConsumer<byte[]?, byte[]?> Open() => new ConsumerBuilder<byte[]?, byte[]?>(config)
        .SetKeyDeserializer(Deserializers.ByteArray!)
        .SetValueDeserializer(Deserializers.ByteArray!)
        .SetErrorHandler((_, _) => { })
        .SetLogHandler((_, _) => { })
        .Build();
}
