namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>Joins conditions by "and" or by "or".</summary>
/// <param name="IsAll">Whether all parts have to hold; else one of them.</param>
/// <param name="Parts">The parts, at least one.</param>
public sealed record JoinedCondition(bool IsAll, IReadOnlyList<Condition> Parts) : Condition
{
    /// <inheritdoc/>
    public override IEnumerable<string> AttributeNames
    {
        get
        {
            foreach (Condition part in Parts)
            {
                foreach (string name in part.AttributeNames)
                {
                    yield return name;
                }
            }
        }
    }
}
