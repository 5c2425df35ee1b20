using System.Text;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>How many values a dimension has in the series of a service.</summary>
/// <param name="ServiceNamespace">Namespace of the service; empty where there is none.</param>
/// <param name="ServiceName">Name of the service; empty where there is none.</param>
/// <param name="Label">Name of the dimension.</param>
/// <param name="Values">About how many different values it has, with a standard error of 3.3 %.</param>
public readonly record struct LabelValues(string ServiceNamespace, string ServiceName, string Label, long Values)
{
    /// <summary>Whether a live series has what stands for values that were too many.</summary>
    public bool IsLimited { get; init; }

    /// <summary>All services and dimensions of a shard, the one with most values first, then by name.</summary>
    public static IReadOnlyList<LabelValues> Of(ShardState state)
    {
        Dictionary<(JobTotals Job, string Label), DistinctEstimate> estimates = [];
        HashSet<(JobTotals Job, string Label)> limited = [];
        foreach (ResourceTotals resource in state.Resources)
        {
            foreach (int slot in resource.Slots)
            {
                if (!state.Totals.Series.IsOverflow(slot))
                {
                    Add(estimates, limited, resource.Job, state.Totals.Series.Key(slot), state.Rules.Layout);
                }
            }
        }

        List<LabelValues> sorted = [];
        foreach (((JobTotals job, string label), DistinctEstimate estimate) in estimates)
        {
            sorted.Add(new LabelValues(job.ServiceNamespace.Text ?? "", job.ServiceName.Text ?? "", label, estimate.Count())
            {
                IsLimited = limited.Contains((job, label)),
            });
        }

        sorted.Sort(Compare);
        return sorted;
    }

    private static void Add(
        Dictionary<(JobTotals Job, string Label), DistinctEstimate> estimates, HashSet<(JobTotals Job, string Label)> limited, JobTotals job,
        ReadOnlySpan<byte> key, SeriesLayout layout)
    {
        ReadOnlySpan<string> names = layout.Names(SeriesKeyCodec.Family(key));
        int globStart = layout.GlobStart(SeriesKeyCodec.Family(key));
        int position = 1;
        for (int dimension = 0; dimension < names.Length; dimension++)
        {
            SeriesKeyCodec.TryReadValue(key, ref position, out _, out ReadOnlySpan<byte> text);
            string name = names[dimension];
            if (dimension >= globStart)
            {
                // From here on each value follows its name.
                name = Encoding.UTF8.GetString(text);
                dimension++;
                SeriesKeyCodec.TryReadValue(key, ref position, out _, out text);
            }

            if (text.IsEmpty)
            {
                continue;
            }

            if (!estimates.TryGetValue((job, name), out DistinctEstimate? estimate))
            {
                estimates.Add((job, name), estimate = new DistinctEstimate());
            }

            if (LabelSets.IsOverflow(text))
            {
                limited.Add((job, name));
            }
            else
            {
                estimate.Add(ByteHash.Of(text));
            }
        }
    }

    private static int Compare(LabelValues one, LabelValues other)
    {
        int order = other.Values.CompareTo(one.Values);
        order = order != 0 ? order : string.CompareOrdinal(one.ServiceNamespace, other.ServiceNamespace);
        order = order != 0 ? order : string.CompareOrdinal(one.ServiceName, other.ServiceName);
        return order != 0 ? order : string.CompareOrdinal(one.Label, other.Label);
    }
}
