using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>
/// What becomes of the new keys of a resource in a step (M3), one by one in key order, with a list of what lives: a value that is one too
/// many for its label is replaced, a series that is one too many for its family is not made.
/// </summary>
internal sealed class TwinAdmission
{
    private const string OverflowValue = "__cardinality_overflow__";

    private readonly StepLimits limits;
    private readonly HashSet<string> live = new(StringComparer.Ordinal);
    private readonly List<(string Label, string Value)> values = [];
    private readonly Dictionary<string, TestSeries> others = new(StringComparer.Ordinal);

    /// <summary>Judges the keys of a step.</summary>
    /// <param name="limits">The limits.</param>
    /// <param name="known">Series of the resource.</param>
    /// <param name="seen">What was observed.</param>
    /// <param name="isExpired">Whether a series ends with the step if it was not observed.</param>
    public TwinAdmission(
        StepLimits limits, SortedDictionary<string, TwinSeries> known, IEnumerable<TestSeries> seen, Func<TwinSeries, bool> isExpired)
    {
        this.limits = limits;
        SortedDictionary<string, TestSeries> keys = new(StringComparer.Ordinal);
        foreach (TestSeries series in seen.Where(one => one.Values.Length > 0))
        {
            // The first observation of a step gives the kinds, here as there: they are joined afterwards.
            keys.TryAdd(TwinKeys.OfSeries(series), series);
        }

        foreach ((string key, TwinSeries series) in known.Where(one => one.Value.Texts.Length > 0))
        {
            if (keys.ContainsKey(key) || !isExpired(series))
            {
                Join(key, new TestSeries(series.Family, [.. series.Texts.Select(text => (ValueKind.String, text))]));
            }
        }

        foreach ((string key, TestSeries series) in keys.Where(one => !known.ContainsKey(one.Key)))
        {
            Judge(key, series);
        }
    }

    /// <summary>Keys that had values replaced.</summary>
    public int Replaced { get; private set; }

    /// <summary>The series that the observations of a series go to.</summary>
    public TestSeries TargetOf(TestSeries series) => others.GetValueOrDefault(TwinKeys.OfSeries(series), series);

    private void Judge(string key, TestSeries series)
    {
        (ValueKind, string)[] texts = [.. series.Values.Zip(TwinKeys.Labels(series.Family), Judged)];
        TestSeries target = texts.SequenceEqual(series.Values) ? series : new TestSeries(series.Family, texts);
        string targetKey = TwinKeys.OfSeries(target);
        Replaced += targetKey == key ? 0 : 1;
        if (!live.Contains(targetKey))
        {
            if (limits.Series > 0 && live.Count(one => one[0] == targetKey[0]) >= limits.Series)
            {
                target = new TestSeries(series.Family);
            }
            else
            {
                Join(targetKey, target);
            }
        }

        if (target != series)
        {
            others.Add(key, target);
        }
    }

    private (ValueKind, string) Judged((ValueKind Kind, string Text) value, string label)
    {
        string[] known = [.. values.Where(one => one.Label == label).Select(one => one.Value).Distinct()];
        bool fits = limits.LabelValues == 0 || value.Text.Length == 0 || value.Text == OverflowValue || known.Contains(value.Text)
            || known.Length < limits.LabelValues;
        return fits ? value : (ValueKind.String, OverflowValue);
    }

    private void Join(string key, TestSeries series)
    {
        live.Add(key);
        values.AddRange(TwinKeys.Labels(series.Family).Zip(series.Values, (label, value) => (label, value.Text))
            .Where(one => one.Text.Length > 0 && one.Text != OverflowValue));
    }
}
