using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Finds the attributes of a span, or of a span and an event, that are dimensions by pattern. A span's own are looked for once, however
/// many events it has. Not thread-safe.
/// </summary>
internal sealed class GlobReader(GlobNames? names)
{
    private readonly GlobSelection ofEvents = new();
    private readonly GlobSelection selection = new();
    private ValueSlice known = ValueSlice.Absent;

    /// <summary>What was selected last, sorted by name.</summary>
    public ReadOnlySpan<GlobAttribute> Attributes => selection.Sorted;

    /// <summary>Begins a record: regions of the one before mean nothing now.</summary>
    public void Clear() => known = ValueSlice.Absent;

    /// <summary>
    /// Selects for a series of <paramref name="plan"/>: of the span in <paramref name="view"/>, then of the event in
    /// <paramref name="happened"/> if there is one, then of the resource.
    /// </summary>
    public DecodeProblem Select(FamilyPlan plan, ResourceEntry resource, ReadOnlySpan<byte> record, SpanView view, ValueSlice happened)
    {
        DecodeProblem problem = DecodeProblem.None;
        if (!happened.IsPresent)
        {
            selection.Clear();
            problem = selection.AddFrom(record, view, names!, plan.Family);
        }
        else
        {
            if (known != view.Region)
            {
                known = view.Region;
                ofEvents.Clear();
                problem = ofEvents.AddFrom(record, view, names!, plan.Family);
            }

            selection.CopyFrom(ofEvents);
            problem = problem.Exists
                ? problem
                : selection.AddFromEvent(record, happened, names!, plan.Family);
        }

        foreach (GlobAttribute attribute in resource.Globs[(int)plan.Family])
        {
            selection.Add(attribute, record);
        }

        return problem;
    }
}
