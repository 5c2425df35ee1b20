namespace StreamSpanMetrics.Core.Totals;

/// <summary>What a shard holds of one service.</summary>
/// <param name="ServiceNamespace">Namespace of the service; empty where there is none.</param>
/// <param name="ServiceName">Name of the service; empty where there is none.</param>
/// <param name="Series">Series alive.</param>
/// <param name="Resources">Resources that series belong to.</param>
public readonly record struct ServiceSeries(string ServiceNamespace, string ServiceName, int Series, int Resources)
{
    /// <summary>Resources that have an overflow series.</summary>
    public int LimitedResources { get; init; }

    /// <summary>What the overflow series counted, spans and events, since they began.</summary>
    public ulong Overflowed { get; init; }

    /// <summary>All services of a shard, the one with most series first, then by name.</summary>
    public static IReadOnlyList<ServiceSeries> Of(ShardState state)
    {
        Dictionary<JobTotals, ServiceSeries> services = [];
        foreach (ResourceTotals resource in state.Resources)
        {
            JobTotals job = resource.Job;
            ServiceSeries known = services.GetValueOrDefault(
                job, new ServiceSeries(job.ServiceNamespace.Text ?? "", job.ServiceName.Text ?? "", 0, 0));
            (bool isLimited, ulong overflowed) = Overflow(state.Totals.Series, resource);
            services[job] = known with
            {
                LimitedResources = known.LimitedResources + (isLimited ? 1 : 0),
                Overflowed = known.Overflowed + overflowed,
                Series = known.Series + resource.Slots.Count,
                Resources = known.Resources + (resource.Slots.Count > 0 ? 1 : 0),
            };
        }

        List<ServiceSeries> sorted = [.. services.Values];
        sorted.Sort(Compare);
        return sorted;
    }

    private static (bool IsLimited, ulong Overflowed) Overflow(SeriesStore series, ResourceTotals resource)
    {
        bool isLimited = false;
        ulong overflowed = 0;
        foreach (int slot in resource.Slots)
        {
            if (series.IsOverflow(slot))
            {
                isLimited = true;
                overflowed += series.SpanCount(slot);
            }
        }

        return (isLimited, overflowed);
    }

    private static int Compare(ServiceSeries one, ServiceSeries other)
    {
        int order = other.Series.CompareTo(one.Series);
        order = order != 0 ? order : string.CompareOrdinal(one.ServiceNamespace, other.ServiceNamespace);
        return order != 0 ? order : string.CompareOrdinal(one.ServiceName, other.ServiceName);
    }
}
