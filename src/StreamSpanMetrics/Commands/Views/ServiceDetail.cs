namespace StreamSpanMetrics.Commands.Views;

/// <summary>A service of a shard.</summary>
/// <param name="ServiceNamespace">Its namespace; empty where there is none.</param>
/// <param name="ServiceName">Its name.</param>
/// <param name="Series">Series alive.</param>
/// <param name="Resources">Resources they belong to.</param>
internal sealed record ServiceDetail(string ServiceNamespace, string ServiceName, int Series, int Resources);
