namespace StreamSpanMetrics.Kafka;

/// <summary>A consumer group.</summary>
/// <param name="State">State, as the broker names it.</param>
/// <param name="Members">Its members; none if nobody is in the group, or if it does not exist.</param>
internal sealed record GroupMembership(string State, IReadOnlyList<GroupMember> Members);
