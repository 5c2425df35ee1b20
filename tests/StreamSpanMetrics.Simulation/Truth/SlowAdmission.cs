using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>
/// What becomes of the new series of a resource in a step, one by one in key order, with lists of what lives: values that are one too many
/// for their label are replaced, and a series that is one too many for its family overflows.
/// </summary>
internal sealed class SlowAdmission
{
    private const string OverflowValue = "__cardinality_overflow__";

    // The dimensions of a name, behind family, service and environment.
    private static readonly string[] Labels = ["span.name", "span.kind", "status.code", "exception.type"];

    private readonly StepLimits limits;
    private readonly HashSet<string> live = new(StringComparer.Ordinal);
    private readonly HashSet<(string Label, string Value)> values = [];

    /// <summary>Judges series.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="lives">Series of the resource that live, in both families, without overflow series.</param>
    /// <param name="news">Series that were seen and are not there, without overflow series.</param>
    public SlowAdmission(StepLimits limits, IEnumerable<string> lives, IEnumerable<string> news)
    {
        this.limits = limits;
        foreach (string series in lives)
        {
            Join(series);
        }

        foreach (string series in news.OrderBy(FamilyOrder).ThenBy(SeriesNames.SortKey, StringComparer.Ordinal))
        {
            Others.Add(series, Judge(series));
        }
    }

    /// <summary>What each new series becomes; mostly what it was.</summary>
    public Dictionary<string, string> Others { get; } = [];

    // As the numbers of the families: spans come before events.
    private static int FamilyOrder(string series) => series.StartsWith(SeriesNames.Events, StringComparison.Ordinal) ? 1 : 0;

    private string Judge(string series)
    {
        string[] parts = series.Split('|');
        IEnumerable<string> judged = parts.Skip(3).Zip(Labels, (value, label) => Fits(label, value) ? value : OverflowValue);
        string target = string.Join('|', [.. parts.Take(3), .. judged]);
        if (live.Contains(target))
        {
            return target;
        }

        string owner = SeriesNames.OwnerOf(series);
        if (limits.Series > 0 && live.Count(one => SeriesNames.OwnerOf(one) == owner) >= limits.Series)
        {
            return SeriesNames.OverflowOf(series);
        }

        Join(target);
        return target;
    }

    private bool Fits(string label, string value) => limits.LabelValues == 0 || value.Length == 0 || value == OverflowValue
        || values.Contains((label, value)) || values.Count(one => one.Label == label) < limits.LabelValues;

    private void Join(string series)
    {
        live.Add(series);
        values.UnionWith(series.Split('|').Skip(3).Zip(Labels, (value, label) => (label, value))
            .Where(one => one.value.Length > 0 && one.value != OverflowValue));
    }
}
