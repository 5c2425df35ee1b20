namespace StreamSpanMetrics.Commands.Views;

/// <summary>What <c>lag</c> shows.</summary>
internal sealed record LagReport
{
    /// <summary>The application.</summary>
    public required string ApplicationId { get; init; }

    /// <summary>Time of the look.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What the oldest open step of each shard waits for.</summary>
    public required IReadOnlyList<ShardLag> Shards { get; init; }

    /// <summary>Watermarks of the source topic.</summary>
    public required IReadOnlyList<SourceLag> Sources { get; init; }

    /// <summary>The stages, in the order of the flow.</summary>
    public required IReadOnlyList<GroupLag> Groups { get; init; }
}
