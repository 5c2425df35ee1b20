using System.Globalization;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>
/// What must come out, counted directly from the requests with the generated classes, for default settings: calls and cumulative
/// bucket counts by label set. Shares no code with the program.
/// </summary>
public sealed class SpanTruth
{
    // Default buckets of the connector (spanmetricsconnector/connector.go), in milliseconds.
    private static readonly ulong[] BoundsMillis = [2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000, 15_000];

    private const ulong NanosPerMilli = 1_000_000;

    private readonly Dictionary<SeriesName, long> calls = [];
    private readonly Dictionary<BucketName, long> buckets = [];

    /// <summary>Spans by label set.</summary>
    public IReadOnlyDictionary<SeriesName, long> Calls => calls;

    /// <summary>Spans of at most the bucket's upper bound, by label set and bound.</summary>
    public IReadOnlyDictionary<BucketName, long> Buckets => buckets;

    /// <summary>All spans.</summary>
    public long Spans => calls.Values.Sum();

    /// <summary>Counts values of records, each an <c>ExportTraceServiceRequest</c>.</summary>
    public static SpanTruth Of(IEnumerable<byte[]> values)
    {
        SpanTruth truth = new();
        foreach (byte[] value in values)
        {
            truth.Add(ExportTraceServiceRequest.Parser.ParseFrom(value));
        }

        return truth;
    }

    private void Add(ExportTraceServiceRequest request)
    {
        foreach (ResourceSpans resource in request.ResourceSpans)
        {
            foreach (Span span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
            {
                Add(NameOf(resource.Resource ?? new Resource(), span), span);
            }
        }
    }

    private void Add(SeriesName name, Span span)
    {
        calls[name] = calls.GetValueOrDefault(name) + 1;
        ulong duration = span.EndTimeUnixNano < span.StartTimeUnixNano ? 0 : span.EndTimeUnixNano - span.StartTimeUnixNano;
        foreach (ulong bound in BoundsMillis)
        {
            Add(new BucketName(name, bound.ToString(CultureInfo.InvariantCulture)), duration <= bound * NanosPerMilli);
        }

        Add(new BucketName(name, "+Inf"), true);
    }

    // Also a bucket that nothing falls into is a series.
    private void Add(BucketName bucket, bool falls) => buckets[bucket] = buckets.GetValueOrDefault(bucket) + (falls ? 1 : 0);

    private static SeriesName NameOf(Resource resource, Span span)
    {
        string service = Text(resource, "service.name") ?? "unknown_service";
        string? group = Text(resource, "service.namespace");
        return new SeriesName(
            string.IsNullOrEmpty(group) ? service : $"{group}/{service}",
            Text(resource, "deployment.environment.name") ?? Text(resource, "deployment.environment") ?? "",
            service,
            span.Name,
            "SPAN_KIND_" + span.Kind.ToString().ToUpperInvariant(),
            "STATUS_CODE_" + (span.Status?.Code ?? Status.Types.StatusCode.Unset).ToString().ToUpperInvariant());
    }

    private static string? Text(Resource resource, string name)
    {
        KeyValue? found = resource.Attributes.FirstOrDefault(attribute => attribute.Key == name);
        return found?.Value.StringValue;
    }
}
