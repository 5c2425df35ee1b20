using StreamSpanMetrics.Simulation.Worlds;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>What a record of the workload counts.</summary>
internal static class SourceEntries
{
    /// <summary>Entries of a record; none if it cannot be decoded.</summary>
    public static IEnumerable<Entry> Of(SourceRecord record)
    {
        foreach (TruthSpan span in record.Spans ?? [])
        {
            string kind = span.IsClient ? "SPAN_KIND_CLIENT" : "SPAN_KIND_SERVER";
            string status = span.IsError ? "STATUS_CODE_ERROR" : "STATUS_CODE_UNSET";
            IReadOnlyList<long> bounds = Plan.Histogram.BoundsNanos;
            ulong[] buckets = new ulong[bounds.Count + 1];
            buckets[bounds.Count(bound => span.DurationNanos > bound)]++;
            yield return new Entry(
                span.Service, span.Host, SeriesNames.OfSpans(span.Service, span.Environment, span.Name, kind, status), 1, span.DurationNanos,
                buckets)
            {
                Exemplars = [span.Exemplar],
            };
            foreach (string exception in span.Exceptions)
            {
                yield return new Entry(
                    span.Service, span.Host, SeriesNames.OfEvents(span.Service, span.Environment, span.Name, kind, status, exception), 1, 0, [])
                {
                    Exemplars = [span.Exemplar],
                };
            }
        }
    }

    /// <summary>The time of a record in milliseconds, by the rules of T2 but for timestamps that are too far ahead.</summary>
    public static long TimeOf(SourceRecord record, long timestampMillis, bool isLogAppendTime) =>
        isLogAppendTime || timestampMillis > 0 ? timestampMillis : record.EndMillis;
}
