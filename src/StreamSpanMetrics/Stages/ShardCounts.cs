using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>Tells now and then how many series the shards of a loop have. Polling thread only.</summary>
internal sealed class ShardCounts
{
    /// <summary>Services that are told by name; the others are told together.</summary>
    private const int NamedServices = 50;

    // Counts are kept by the shards as series come and go; to add them up for all services is still work.
    private static readonly TimeSpan ServicesInterval = TimeSpan.FromSeconds(5);

    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly Dictionary<string, long> services = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> largest = new();
    private long toldAt;
    private bool hasChanged;

    public ShardCounts(StageTelemetry telemetry, TimeProvider time)
    {
        this.telemetry = telemetry;
        this.time = time;
    }

    /// <summary>Tells what a scrape sees of the shards; the services follow at one of the next turns.</summary>
    public void Tell(IReadOnlyCollection<MergeShard> shards)
    {
        telemetry.Shards = [.. shards.Select(shard => new ShardStatus(shard.Number, shard.State.ActiveSeries, shard.StopReason is not null))];
        hasChanged = true;
    }

    /// <summary>Tells the services, if there is anything new and the last time is long enough ago.</summary>
    public void Turn(IReadOnlyCollection<MergeShard> shards)
    {
        if (!hasChanged || (toldAt != 0 && time.GetElapsedTime(toldAt) < ServicesInterval))
        {
            return;
        }

        hasChanged = false;
        toldAt = time.GetTimestamp();
        services.Clear();
        long others = 0;
        foreach (MergeShard shard in shards)
        {
            foreach ((string service, long count) in shard.State.SeriesByService)
            {
                services[service] = services.GetValueOrDefault(service) + count;
                others += count;
            }
        }

        foreach ((string service, long count) in services)
        {
            largest.Enqueue(service, count);
            if (largest.Count > NamedServices)
            {
                largest.Dequeue();
            }
        }

        List<KeyValuePair<string, long>> told = [];
        while (largest.TryDequeue(out string? service, out long count))
        {
            told.Add(KeyValuePair.Create(service, count));
            others -= count;
        }

        told.Reverse();
        if (others > 0)
        {
            told.Add(KeyValuePair.Create("_other", others));
        }

        telemetry.SeriesByService = told;
        TellLimited(shards);
    }

    private void TellLimited(IReadOnlyCollection<MergeShard> shards)
    {
        List<LimitedService> all = [.. shards.SelectMany(shard => LimitedService.Of(shard.State))
            .GroupBy(service => service.ServiceName)
            .Select(one => Sum(one.Key, one))
            .OrderByDescending(service => service.Keys).ThenByDescending(service => service.LabelResources)
            .ThenBy(service => service.ServiceName, StringComparer.Ordinal)];
        List<LimitedService> told = [.. all.Take(NamedServices)];
        if (all.Count > NamedServices)
        {
            told.Add(Sum("_other", all.Skip(NamedServices)));
        }

        telemetry.LimitedServices = told;
    }

    private static LimitedService Sum(string name, IEnumerable<LimitedService> parts) =>
        new(name, parts.Sum(part => part.Resources), parts.Sum(part => part.Keys)) { LabelResources = parts.Sum(part => part.LabelResources) };
}
