using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>
/// What makes two resources of the metrics topic the same one: the record's key. The emitted attributes cannot serve, since the
/// descriptive ones among them shrink when the resources of a job turn out to differ (P-4).
/// </summary>
internal static class RecordIdentity
{
    /// <summary>
    /// The identity of a resource in a record; its attributes only where the record has no key. A record with a key has one resource, and
    /// behind it at most the same one once more, without points: how it looked before its job agreed on less.
    /// </summary>
    public static string Of(ReadOnlySpan<byte> recordKey, ResourceMetrics metrics)
    {
        return recordKey.IsEmpty
            ? "attributes " + AttributeText.KeyOf((metrics.Resource ?? new Resource()).Attributes)
            : "key " + Convert.ToHexString(recordKey);
    }
}
