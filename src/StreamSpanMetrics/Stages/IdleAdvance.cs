namespace StreamSpanMetrics.Stages;

/// <summary>
/// Moves the watermark of partitions at their end by the clock (T3): the clock is read first, then the broker is asked; only an end
/// that equals our position counts. Polling thread only; the question itself travels beside it.
/// </summary>
internal sealed class IdleAdvance
{
    private static readonly TimeSpan LogAppendTimeMargin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CreateTimeMargin = TimeSpan.FromSeconds(5);

    private readonly AggregateOptions options;
    private readonly IStageConsumer consumer;
    private readonly TimeProvider time;
    private Task<IReadOnlyDictionary<int, long>>? question;
    private long askedAtMillis;

    public IdleAdvance(AggregateOptions options, IStageConsumer consumer, TimeProvider time)
    {
        this.options = options;
        this.consumer = consumer;
        this.time = time;
    }

    /// <summary>Asks for the ends of the partitions that had no record since the last question.</summary>
    public void Ask(IEnumerable<SourcePartition> partitions)
    {
        if (question is not null)
        {
            return;
        }

        List<int> quiet = [];
        foreach (SourcePartition partition in partitions)
        {
            // A paused partition is never idle (T3).
            if (!partition.HadRecords && partition.Pauses == PauseReasons.None)
            {
                quiet.Add(partition.Number);
            }

            partition.HadRecords = false;
        }

        if (quiet.Count > 0)
        {
            askedAtMillis = time.GetUtcNow().ToUnixTimeMilliseconds();
            question = consumer.EndOffsetsAsync(quiet);
        }
    }

    /// <summary>Uses the answer if it is there.</summary>
    public void Settle(SortedDictionary<int, SourcePartition> owned)
    {
        if (question is not { IsCompleted: true })
        {
            return;
        }

        IReadOnlyDictionary<int, long> ends = question.GetAwaiter().GetResult();
        question = null;
        foreach ((int number, long end) in ends)
        {
            if (owned.TryGetValue(number, out SourcePartition? partition) && partition.Pauses == PauseReasons.None && Position(partition) == end)
            {
                bool appendTime = partition.IsLogAppendTime ?? options.SourceIsLogAppendTime;
                TimeSpan margin = appendTime ? LogAppendTimeMargin : CreateTimeMargin;
                long watermark = askedAtMillis - (long)margin.TotalMilliseconds;
                partition.IdleWatermarkMillis = Math.Max(partition.IdleWatermarkMillis, watermark);
            }
        }
    }

    private long Position(SourcePartition partition) => Math.Max(consumer.Position(partition.Number), partition.FromOffset);
}
