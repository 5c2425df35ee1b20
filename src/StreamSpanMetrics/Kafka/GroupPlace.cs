using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Kafka;

/// <summary>The group that a consumer joins, and as whom.</summary>
/// <param name="Group">Name of the group.</param>
/// <param name="Protocol">How it agrees on who reads what.</param>
/// <param name="InstanceId">Name of a static member; empty for one that may come and go.</param>
internal readonly record struct GroupPlace(string Group, GroupProtocol Protocol = GroupProtocol.Classic, string InstanceId = "");
