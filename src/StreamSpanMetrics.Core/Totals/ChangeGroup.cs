namespace StreamSpanMetrics.Core.Totals;

/// <summary>The series that changed last in one step: they are due at the same steps. In no order.</summary>
/// <param name="step">The step.</param>
internal sealed class ChangeGroup(long step)
{
    public long Step { get; } = step;

    public List<int> Slots { get; } = [];
}
