using System.Globalization;
using System.Net.Http.Headers;

namespace StreamSpanMetrics.RemoteWrite;

/// <summary>
/// Reads how much a receiver says it wrote of a remote write 2.0 request (specification, "Required Written Response Headers"). Receivers of
/// 1.0 are not asked: some send zeros.
/// </summary>
internal static class WrittenCounts
{
    private const string Samples = "X-Prometheus-Remote-Write-Samples-Written";
    private const string Histograms = "X-Prometheus-Remote-Write-Histograms-Written";
    private const string Exemplars = "X-Prometheus-Remote-Write-Exemplars-Written";

    /// <summary>
    /// Samples and native histograms written; null if the receiver says nothing, as one does that does not know 2.0. A header that is
    /// missing beside another one stands for 0.
    /// </summary>
    public static long? Read(HttpResponseHeaders headers)
    {
        long? samples = Count(headers, Samples);
        long? histograms = Count(headers, Histograms);
        return samples is null && histograms is null && Count(headers, Exemplars) is null ? null : (samples ?? 0) + (histograms ?? 0);
    }

    private static long? Count(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values)
        && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count
            : null;
}
