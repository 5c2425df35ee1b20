namespace StreamSpanMetrics.Configuration;

/// <summary>The buckets of <c>connectors.span_metrics.histogram</c>.</summary>
internal static class HistogramBucketsReader
{
    // A point with more is larger than any record may be; OpenTelemetry's own advice is 160 at most.
    private const int MaxBuckets = 1024;

    /// <summary>Bounds in nanoseconds; <paramref name="fallback"/> if none are written.</summary>
    public static IReadOnlyList<long> Read(MappingReader histogram, IReadOnlyList<long> fallback)
    {
        // In the connector 'explicit:' without a value is not set, whereas an empty mapping or list is a histogram of one bucket.
        if (histogram.Find("explicit") is null)
        {
            return fallback;
        }

        MappingReader section = histogram.Section("explicit");
        bool isText = section.Find("buckets") is { Kind: SettingKind.Scalar };
        IReadOnlyList<SettingNode> items = isText ? section.TextNodes("buckets") : section.Items("buckets");
        List<long> bounds = ReadBounds(section, items);
        if (items.Count == 0 && section.IsMapping)
        {
            histogram.Warning(
                "explicit", "without buckets every duration falls into one bucket", "leave 'explicit' out for the default buckets");
        }

        section.Finish();
        return bounds;
    }

    private static List<long> ReadBounds(MappingReader section, IReadOnlyList<SettingNode> items)
    {
        List<long> bounds = [];
        if (items.Count > MaxBuckets)
        {
            section.Error("buckets", FormattableString.Invariant($"has {items.Count} bounds; at most {MaxBuckets} are possible"));
            return bounds;
        }

        foreach (SettingNode item in items)
        {
            if (!section.TryParseDuration(item, "buckets", out long nanos))
            {
                continue;
            }

            if (nanos < 0)
            {
                section.Error(item, "buckets", $"a bound must not be negative, but is '{item.Shown}'");
            }
            else if (bounds.Count > 0 && nanos <= bounds[^1])
            {
                section.Error(item, "buckets", $"bounds must rise, but '{item.Shown}' follows {GoDuration.Format(bounds[^1])}");
            }
            else
            {
                bounds.Add(nanos);
            }
        }

        return bounds;
    }
}
