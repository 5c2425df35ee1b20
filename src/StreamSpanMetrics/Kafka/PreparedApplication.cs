using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Kafka;

/// <summary>What a worker knows of its application once everything is in place.</summary>
/// <param name="Control">The control record of the first start (S1).</param>
/// <param name="SourceIsLogAppendTime">Whether the source topic has the broker's timestamps.</param>
internal sealed record PreparedApplication(ControlRecord Control, bool SourceIsLogAppendTime);
