using System.Globalization;
using System.Text;
using Google.Protobuf.Collections;
using Prometheus.RemoteWrite.V1;
using NativeHistogram = Prometheus.RemoteWrite.V1.Histogram;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>A native histogram as OpenMetrics 2.0 writes it (prometheus.io, specs/om/open_metrics_spec_2_0, "Histogram").</summary>
internal static class NativeHistogramText
{
    /// <summary>Text of a histogram that is not stale.</summary>
    public static string Of(NativeHistogram histogram)
    {
        StringBuilder text = new("{");
        text.Append(CultureInfo.InvariantCulture, $"count:{histogram.CountInt},sum:{NumberText.Sample(histogram.Sum)}");
        text.Append(CultureInfo.InvariantCulture, $",schema:{histogram.Schema},zero_threshold:{NumberText.Sample(histogram.ZeroThreshold)}");
        text.Append(CultureInfo.InvariantCulture, $",zero_count:{histogram.ZeroCountInt}");
        AddBuckets(text, "negative", histogram.NegativeSpans, histogram.NegativeDeltas);
        AddBuckets(text, "positive", histogram.PositiveSpans, histogram.PositiveDeltas);
        return text.Append('}').ToString();
    }

    private static void AddBuckets(StringBuilder text, string side, RepeatedField<BucketSpan> spans, RepeatedField<long> deltas)
    {
        if (spans.Count == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $",{side}_spans:[");
        string separator = "";
        foreach (BucketSpan span in spans)
        {
            text.Append(CultureInfo.InvariantCulture, $"{separator}{span.Offset}:{span.Length}");
            separator = ",";
        }

        text.Append(CultureInfo.InvariantCulture, $"],{side}_buckets:[");
        separator = "";
        long count = 0;
        foreach (long delta in deltas)
        {
            count += delta;
            text.Append(CultureInfo.InvariantCulture, $"{separator}{count}");
            separator = ",";
        }

        text.Append(']');
    }
}
