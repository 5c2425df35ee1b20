using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>
/// What makes two resources of the metrics topic the same one: the record's key. The emitted attributes cannot serve, since the
/// descriptive ones among them shrink when the resources of a job turn out to differ (P-4).
/// </summary>
internal static class RecordIdentity
{
    /// <summary>The identity of a resource in a record; its attributes only where the record has no key or several resources.</summary>
    public static string Of(ReadOnlySpan<byte> recordKey, int resourcesInRecord, ResourceMetrics metrics)
    {
        return recordKey.IsEmpty || resourcesInRecord != 1
            ? "attributes " + AttributeText.KeyOf((metrics.Resource ?? new Resource()).Attributes)
            : "key " + Convert.ToHexString(recordKey);
    }
}
