namespace StreamSpanMetrics.Commands.Views;

/// <summary>A service of a shard.</summary>
/// <param name="ServiceNamespace">Its namespace; empty where there is none.</param>
/// <param name="ServiceName">Its name.</param>
/// <param name="Series">Series alive.</param>
/// <param name="Resources">Resources they belong to.</param>
internal sealed record ServiceDetail(string ServiceNamespace, string ServiceName, int Series, int Resources)
{
    /// <summary>Resources that have an overflow series.</summary>
    public int LimitedResources { get; init; }

    /// <summary>Spans and events that the overflow series counted.</summary>
    public ulong Overflowed { get; init; }

    /// <summary>The name with its namespace.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string FullName => ServiceNamespace.Length == 0 ? ServiceName : $"{ServiceNamespace}/{ServiceName}";
}
