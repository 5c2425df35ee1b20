namespace StreamSpanMetrics.Commands.Views;

/// <summary>Who owns a partition.</summary>
/// <param name="MemberId">Id in the group.</param>
/// <param name="ClientId">Client id, as its settings say.</param>
/// <param name="Host">Host, as the broker sees it.</param>
internal sealed record PartitionOwner(string MemberId, string ClientId, string Host);
