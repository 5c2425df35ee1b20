using OpenTelemetry.Proto.Trace.V1;
using SpanKind = OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind;

namespace StreamSpanMetrics.Demo;

/// <summary>What was generated, counted exactly. One thread adds; any thread may read.</summary>
public sealed class TrafficCounts
{
    private readonly Lock gate = new();
    private readonly Dictionary<OperationKey, OperationCount> operations = [];
    private OperationCount total;

    /// <summary>All spans so far.</summary>
    public long Spans => Total.Spans;

    /// <summary>All spans with status ERROR so far.</summary>
    public long Errors => Total.Errors;

    /// <summary>A copy of the counts by service, span name and kind.</summary>
    public IReadOnlyDictionary<OperationKey, OperationCount> ByOperation()
    {
        lock (gate)
        {
            return new Dictionary<OperationKey, OperationCount>(operations);
        }
    }

    /// <summary>Counts one span of <paramref name="service"/>.</summary>
    public void Add(string service, Span span)
    {
        OperationCount one = new(1, span.Status?.Code == Status.Types.StatusCode.Error ? 1 : 0);
        OperationKey key = new(service, span.Name, KindText(span.Kind));
        lock (gate)
        {
            operations[key] = operations.GetValueOrDefault(key).Plus(one);
            total = total.Plus(one);
        }
    }

    private OperationCount Total
    {
        get
        {
            lock (gate)
            {
                return total;
            }
        }
    }

    /// <summary>The kind as OTLP's enumeration and the connector's <c>span.kind</c> write it.</summary>
    public static string KindText(SpanKind kind) => kind switch
    {
        SpanKind.Internal => "SPAN_KIND_INTERNAL",
        SpanKind.Server => "SPAN_KIND_SERVER",
        SpanKind.Client => "SPAN_KIND_CLIENT",
        SpanKind.Producer => "SPAN_KIND_PRODUCER",
        SpanKind.Consumer => "SPAN_KIND_CONSUMER",
        _ => "SPAN_KIND_UNSPECIFIED",
    };
}
