namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>The last value of one series, ready to be printed.</summary>
/// <param name="Text">Name and labels as they are printed.</param>
/// <param name="LabelText">The labels without <c>le</c>: what keeps the lines of one histogram together.</param>
/// <param name="Rank">Place among the lines of one label set: buckets, count, sum; the native histogram.</param>
/// <param name="Bound">The bucket's bound; 0 for other lines.</param>
/// <param name="Value">Text of the last value.</param>
internal sealed record OpenMetricsLine(string Text, string LabelText, int Rank, double Bound, string Value)
{
    /// <summary>Order of lines within a family.</summary>
    public static int Compare(OpenMetricsLine left, OpenMetricsLine right)
    {
        int order = Utf8Order.Instance.Compare(left.LabelText, right.LabelText);
        order = order != 0 ? order : left.Rank.CompareTo(right.Rank);
        return order != 0 ? order : left.Bound.CompareTo(right.Bound);
    }
}
