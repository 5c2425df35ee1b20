namespace StreamSpanMetrics.Commands.Views;

/// <summary>A shard with what it holds.</summary>
internal sealed record ShardDetail : ShardSummary
{
    /// <summary>A summary without details yet.</summary>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public ShardDetail(ShardSummary summary)
        : base(summary)
    {
    }

    /// <summary>The services with most series, the largest first.</summary>
    public IReadOnlyList<ServiceDetail> TopServices { get; init; } = [];

    /// <summary>Series of the services that are not among them.</summary>
    public int OtherSeries { get; init; }

    /// <summary>The services with most spans and events in overflow series, the worst first.</summary>
    public IReadOnlyList<ServiceDetail> LimitedServices { get; init; } = [];

    /// <summary>The dimensions with most values, those at their limit first, then the worst.</summary>
    public IReadOnlyList<LabelDetail> TopLabels { get; init; } = [];

    /// <summary>Source partitions.</summary>
    public IReadOnlyList<SourceDetail> Sources { get; init; } = [];

    /// <summary>What the first start wrote; null if it cannot be read.</summary>
    public ControlDetail? Control { get; init; }
}
