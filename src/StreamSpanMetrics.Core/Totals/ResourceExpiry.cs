namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Ends whole resources that had no entry for so many steps (<c>metrics_expiration</c>). Which resources are next is known without looking
/// at the others (T6).
/// </summary>
/// <remarks>
/// In a restored set, chunks contain their series as of different steps (S3), and each says when its resources had been seen last by then.
/// Until the replay has caught up with all of them, what a series may know is what its own chunk said, and what was replayed.
/// </remarks>
internal sealed class ResourceExpiry(long steps)
{
    private readonly PriorityQueue<ResourceTotals, long> queue = new();
    private readonly Dictionary<(int Resource, int Chunk), long> restored = [];

    /// <summary>Steps without an entry after which a resource ends.</summary>
    public long Steps => steps;

    /// <summary>Puts a resource in that has just come, where steps are jumped over; elsewhere its end is found by looking.</summary>
    public void Add(ResourceTotals resource) => queue.Enqueue(resource, JobTotals.NoStep);

    /// <summary>Takes over what a chunk says of a resource.</summary>
    public void Restore(ResourceTotals resource, int chunk, long lastSeenStep) => restored[(resource.Number, chunk)] = lastSeenStep;

    /// <summary>The last step in which a resource was seen, as a series of it in a chunk has to take it.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="chunk">The chunk; of no meaning once all is replayed.</param>
    public long LastSeen(ResourceTotals resource, int chunk) => restored.Count == 0
        ? resource.LastSeenStep
        : Math.Max(resource.LastSeenStep, restored.GetValueOrDefault((resource.Number, chunk), JobTotals.NoStep));

    /// <summary>Says that the replay has caught up: what chunks said holds for all.</summary>
    public void JoinRestored(Dictionary<int, ResourceTotals> byNumber)
    {
        foreach (((int number, int _), long lastSeenStep) in restored)
        {
            if (byNumber.TryGetValue(number, out ResourceTotals? resource))
            {
                resource.LastSeenStep = Math.Max(resource.LastSeenStep, lastSeenStep);
            }
        }

        restored.Clear();
        foreach (ResourceTotals resource in byNumber.Values)
        {
            // One without series stands in no chunk but that of its job.
            resource.LastSeenStep = Math.Max(resource.LastSeenStep, resource.LastChangeStep);
        }
    }

    /// <summary>The first step behind <paramref name="closedStep"/> with which a resource ends if nothing comes.</summary>
    public long NextEnd(long closedStep)
    {
        while (queue.TryPeek(out ResourceTotals? resource, out long end))
        {
            long now = Math.Max(End(resource), closedStep == ShardState.NoStep ? closedStep : closedStep + 1);
            if (!resource.HasEnded && end == now)
            {
                return end;
            }

            queue.Dequeue();
            if (!resource.HasEnded)
            {
                queue.Enqueue(resource, now);
            }
        }

        return long.MaxValue;
    }

    /// <summary>Takes a resource out that ends with <paramref name="step"/>; null if there is no more.</summary>
    public ResourceTotals? Take(long step) => NextEnd(step - 1) == step ? queue.Dequeue() : null;

    private long End(ResourceTotals resource) => resource.LastSeenStep == JobTotals.NoStep ? JobTotals.NoStep : resource.LastSeenStep + steps;
}
