namespace StreamSpanMetrics.Commands.Views;

/// <summary>What <c>state ls</c> and <c>state show</c> show.</summary>
/// <typeparam name="TShard">How much is shown of a shard.</typeparam>
internal sealed record StateReport<TShard>
    where TShard : ShardSummary
{
    /// <summary>The application.</summary>
    public required string ApplicationId { get; init; }

    /// <summary>Time of the look.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The shards.</summary>
    public required IReadOnlyList<TShard> Shards { get; init; }
}
