namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// At which steps a series has a point, as a function of the step of its last change alone: what a snapshot holds of it is enough to go on
/// (S4), and a point that was sent need not be remembered.
/// </summary>
internal readonly struct EmissionSchedule
{
    private readonly EmissionMode mode;
    private readonly long activeSteps;
    private readonly long heartbeatSteps;

    public EmissionSchedule(ShardRules rules)
    {
        mode = rules.Emission.Mode;
        bool isDelta = mode == EmissionMode.Delta;
        activeSteps = isDelta ? 0 : (Math.Max(0, rules.Emission.ActiveMillis) + rules.IntervalMillis - 1) / rules.IntervalMillis;
        heartbeatSteps = isDelta ? long.MaxValue : Math.Max(1, rules.Emission.HeartbeatMillis / rules.IntervalMillis);
    }

    /// <summary>Whether some live series have no point at some steps.</summary>
    public bool IsSparse => mode != EmissionMode.All;

    /// <summary>Whether points tell what a step added, not what there is in all.</summary>
    public bool IsDelta => mode == EmissionMode.Delta;

    /// <summary>Whether a series that changed last in a step has a point at a later one, or at that one.</summary>
    public bool IsDue(long lastChangeStep, long step)
    {
        long idle = step - lastChangeStep;
        return mode == EmissionMode.All || idle <= activeSteps || (idle - activeSteps) % heartbeatSteps == 0;
    }

    /// <summary>The first step behind <paramref name="after"/> at which such a series has a point if nothing changes.</summary>
    public long NextDue(long lastChangeStep, long after)
    {
        if (after < lastChangeStep)
        {
            return lastChangeStep;
        }

        if (mode == EmissionMode.All || after - lastChangeStep < activeSteps)
        {
            return after + 1;
        }

        if (heartbeatSteps == long.MaxValue)
        {
            return long.MaxValue;
        }

        long since = after - lastChangeStep - activeSteps;
        return after + heartbeatSteps - (since % heartbeatSteps);
    }
}
