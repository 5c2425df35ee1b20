namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>What a repair would do, and what it cannot.</summary>
internal sealed class RepairPlan
{
    /// <summary>The changes, in order.</summary>
    public List<RepairAction> Actions { get; } = [];

    /// <summary>What stays wrong, each with the reason and what helps.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Changes whose effect cannot be undone, in words; shown before the confirmation.</summary>
    public List<string> Losses { get; } = [];
}
