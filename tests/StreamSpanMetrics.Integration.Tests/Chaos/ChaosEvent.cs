namespace StreamSpanMetrics.Integration.Tests.Chaos;

/// <summary>What can happen to an application.</summary>
public enum ChaosEvent
{
    /// <summary>A worker is killed (SIGKILL) and started again.</summary>
    Kill,

    /// <summary>A worker is asked to end (SIGTERM) and started again.</summary>
    Restart,

    /// <summary>A worker stands still until its session and its transaction have expired, then wakes.</summary>
    Freeze,

    /// <summary>The broker is killed and started again.</summary>
    KillBroker,

    /// <summary>The topic with the spans gets another partition.</summary>
    AddPartition,
}
