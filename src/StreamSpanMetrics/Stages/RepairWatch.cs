namespace StreamSpanMetrics.Stages;

/// <summary>
/// Notices repairs of stopped shards. The owner of a stopped shard writes nothing to its state, so whatever comes there is an
/// operator's: the shard is restored and judged anew. Polling thread only; the questions run beside it.
/// </summary>
internal sealed class RepairWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly IShardLog log;
    private readonly TimeProvider time;
    private readonly Dictionary<int, long> ends = [];
    private readonly Dictionary<int, Task<long?>> questions = [];
    private readonly Dictionary<int, string> told = [];
    private readonly HashSet<int> lookedAgain = [];
    private long lastAsked;

    public RepairWatch(IShardLog log, TimeProvider time)
    {
        this.log = log;
        this.time = time;
        lastAsked = time.GetTimestamp();
    }

    /// <summary>The shards of <paramref name="stopped"/> whose state was written to since they stopped, or may have been.</summary>
    public IReadOnlyList<int> Turn(IReadOnlyList<int> stopped)
    {
        List<int> changed = [];
        foreach ((int shard, Task<long?> question) in questions.Where(question => question.Value.IsCompleted).ToArray())
        {
            questions.Remove(shard);
            // What was written before the shard stopped was perhaps not there yet when it was restored: the first answer counts, too.
            bool isNews = question.GetAwaiter().GetResult() is long end && (!ends.TryGetValue(shard, out long known) || end != known);
            if (isNews && stopped.Contains(shard))
            {
                ends[shard] = question.Result!.Value;
                lookedAgain.Add(shard);
                changed.Add(shard);
            }
        }

        if (time.GetElapsedTime(lastAsked) >= Interval)
        {
            lastAsked = time.GetTimestamp();
            foreach (int shard in stopped.Where(shard => !changed.Contains(shard)))
            {
                questions.TryAdd(shard, log.StateEndAsync(shard));
            }
        }

        return changed;
    }

    /// <summary>Whether the reason of a shard that has just stopped was not told before: looking again in vain is no news.</summary>
    public bool IsNews(int shard, string reason)
    {
        bool isOld = lookedAgain.Remove(shard) && told.GetValueOrDefault(shard) == reason;
        told[shard] = reason;
        return !isOld;
    }

    /// <summary>The shard is no longer ours.</summary>
    public void Forget(int shard)
    {
        ends.Remove(shard);
        told.Remove(shard);
        lookedAgain.Remove(shard);
    }
}
