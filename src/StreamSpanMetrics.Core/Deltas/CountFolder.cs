using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Series;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Spans.Conditions;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// Stages what the count connector counts of a span: one observation for each metric whose condition holds and whose attributes are
/// there. A span counts once, whatever weight its <c>tracestate</c> gives it, as in the connector. Not thread-safe.
/// </summary>
internal sealed class CountFolder
{
    private readonly CountPlan[] ofSpans;
    private readonly CountPlan[] ofEvents;
    private readonly RawKeyWriter keys;
    private readonly StagedRecord staged;
    private readonly Action resolve;
    private readonly ValueSlice[] eventValues;

    /// <summary>
    /// Stages into <paramref name="staged"/> under <paramref name="plans"/>; keys go to <paramref name="keys"/>, and when these are full,
    /// <paramref name="resolve"/> looks them up and empties them.
    /// </summary>
    public CountFolder(IReadOnlyList<CountPlan> plans, AttributeSlots slots, RawKeyWriter keys, StagedRecord staged, Action resolve)
    {
        List<CountPlan> spans = [];
        List<CountPlan> events = [];
        foreach (CountPlan plan in plans)
        {
            (plan.IsOfEvents ? events : spans).Add(plan);
        }

        ofSpans = [.. spans];
        ofEvents = [.. events];
        eventValues = new ValueSlice[slots.Count];
        this.keys = keys;
        this.staged = staged;
        this.resolve = resolve;
    }

    /// <summary>Stages the span in <paramref name="view"/> and its events.</summary>
    public DecodeProblem Fold(ReadOnlySpan<byte> record, ResourceEntry resource, SpanView view)
    {
        ConditionInput input = new() { Record = record, Span = view, Resource = resource };
        foreach (CountPlan plan in ofSpans)
        {
            Count(plan, input, view.Values);
        }

        for (int index = 0; index < view.EventCount; index++)
        {
            DecodeProblem problem = EventReader.Read(record, view.Event(index), view.Selector, eventValues, out ValueSlice name);
            if (problem.Exists)
            {
                return problem;
            }

            staged.Events++;
            ConditionInput happened = new()
            {
                Record = record, Span = view, Resource = resource, EventName = name, EventValues = eventValues,
            };
            foreach (CountPlan plan in ofEvents)
            {
                Count(plan, happened, eventValues);
            }
        }

        return DecodeProblem.None;
    }

    private void Count(CountPlan plan, ConditionInput input, ValueSlice[] own)
    {
        if (!plan.Holds(input))
        {
            return;
        }

        ValueSlice key = keys.WriteCounted(plan.Family, input.Resource, input.Record, own, input.Span.ScopeValues);
        if (key.IsPresent)
        {
            staged.AddCounted(new PendingKey { Start = key.Start, Length = key.Length }, 1);
            if (keys.IsFull)
            {
                resolve();
            }
        }
    }
}
