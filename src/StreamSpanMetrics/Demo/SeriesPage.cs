using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>
/// The newest point of every series of the metrics topic, for a page that shows them all. Series that ended leave.
/// Safe for use by several threads.
/// </summary>
public sealed class SeriesPage
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, NewestPoints> resources = new(StringComparer.Ordinal);
    private readonly Func<IEnumerable<ExportMetricsServiceRequest>, string> render;

    /// <summary>Prepares an empty page.</summary>
    /// <param name="render">Makes the page's text of one request per resource; it may keep nothing of them.</param>
    public SeriesPage(Func<IEnumerable<ExportMetricsServiceRequest>, string> render)
    {
        this.render = render;
    }

    /// <summary>Takes a record of the metrics topic.</summary>
    /// <param name="recordKey">The record's key, which names the resource; may be empty.</param>
    /// <param name="request">Its value. Parts of it are kept: the caller does not change it any more.</param>
    public void Accept(ReadOnlySpan<byte> recordKey, ExportMetricsServiceRequest request)
    {
        lock (gate)
        {
            foreach (ResourceMetrics metrics in request.ResourceMetrics)
            {
                string identity = RecordIdentity.Of(recordKey, metrics);
                if (!resources.TryGetValue(identity, out NewestPoints? newest))
                {
                    newest = new NewestPoints();
                    resources.Add(identity, newest);
                }

                newest.Accept(metrics);
            }
        }
    }

    /// <summary>The page as it is now.</summary>
    public string Text()
    {
        lock (gate)
        {
            return render(resources.Values.Select(newest => newest.ToRequest()));
        }
    }
}
