namespace StreamSpanMetrics.Core.Settings;

/// <summary>What a step does when a source partition's watermark does not move (T4).</summary>
public enum ClosePolicy
{
    /// <summary>Gives up on a partition that stands still for <see cref="StreamSettings.BoundedAfter"/> and is not caught up.</summary>
    Bounded,

    /// <summary>Waits for every partition, for ever.</summary>
    Strict,
}
