namespace StreamSpanMetrics.Demo;

/// <summary>
/// Quantiles of bucketed values, as Prometheus' <c>histogram_quantile</c> estimates them (prometheus/prometheus promql/quantile.go).
/// </summary>
public static class BucketQuantile
{
    /// <summary>
    /// Interpolates linearly inside the bucket that holds the quantile; in the last one, which has no upper bound, answers its lower
    /// bound.
    /// </summary>
    /// <param name="quantile">Above 0, at most 1.</param>
    /// <param name="bounds">Inclusive upper bounds, rising.</param>
    /// <param name="counts">Values per bucket (not added up), one more than bounds.</param>
    /// <returns>The estimate in the unit of the bounds; NaN if there are no values or no bounds.</returns>
    public static double Of(double quantile, ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (long count in counts)
        {
            total += count;
        }

        if (total == 0 || bounds.Length == 0 || counts.Length != bounds.Length + 1)
        {
            return double.NaN;
        }

        double rank = quantile * total;
        long below = 0;
        for (int index = 0; index < bounds.Length; index++)
        {
            if (below + counts[index] >= rank)
            {
                double start = index > 0 ? bounds[index - 1] : Math.Min(0, bounds[0]);
                return start + ((bounds[index] - start) * ((rank - below) / counts[index]));
            }

            below += counts[index];
        }

        return bounds[^1];
    }
}
