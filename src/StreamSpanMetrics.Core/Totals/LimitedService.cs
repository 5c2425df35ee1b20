namespace StreamSpanMetrics.Core.Totals;

/// <summary>A service with resources that are at a limit of theirs, on series or on values of a label.</summary>
/// <param name="ServiceName">Name of the service; empty where there is none.</param>
/// <param name="Resources">Its resources with keys that overflowed.</param>
/// <param name="Keys">
/// About how many different keys overflowed since the overflow series began or this process took the shard over: so many more series the
/// service would have. A sum of estimates with a standard error of 3.3 % each.
/// </param>
public readonly record struct LimitedService(string ServiceName, int Resources, long Keys)
{
    /// <summary>Its resources that had more values of a label than they may have in the last step with an entry of them.</summary>
    public int LabelResources { get; init; }

    /// <summary>All such services of a shard, in no order.</summary>
    public static IReadOnlyCollection<LimitedService> Of(ShardState state)
    {
        Dictionary<string, LimitedService> services = new(StringComparer.Ordinal);
        foreach (ResourceTotals resource in state.Resources)
        {
            DistinctEstimate? refused = resource.Refused;
            bool isReplaced = resource.LastReplacedStep != JobTotals.NoStep && resource.LastReplacedStep == resource.LastSeenStep;
            if (refused is not null || isReplaced)
            {
                string name = resource.Job.ServiceName.Text ?? "";
                LimitedService known = services.GetValueOrDefault(name, new LimitedService(name, 0, 0));
                services[name] = new LimitedService(name, known.Resources + (refused is null ? 0 : 1), known.Keys + (refused?.Count() ?? 0))
                {
                    LabelResources = known.LabelResources + (isReplaced ? 1 : 0),
                };
            }
        }

        return services.Values;
    }
}
