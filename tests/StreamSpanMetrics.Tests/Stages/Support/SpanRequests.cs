using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>Records of the source topic.</summary>
internal static class SpanRequests
{
    /// <summary>A request with <paramref name="spans"/> spans of one service that end at the given time.</summary>
    public static byte[] Make(string service, string name = "GET", int spans = 1, long endUnixMillis = 1_700_000_000_000)
    {
        ResourceSpans all = new() { Resource = new Resource() };
        all.Resource.Attributes.Add(new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = service } });
        ScopeSpans scope = new();
        for (int i = 0; i < spans; i++)
        {
            scope.Spans.Add(new Span
            {
                Name = name,
                Kind = Span.Types.SpanKind.Server,
                StartTimeUnixNano = (ulong)(endUnixMillis - 5) * 1_000_000,
                EndTimeUnixNano = (ulong)endUnixMillis * 1_000_000,
            });
        }

        all.ScopeSpans.Add(scope);
        return new ExportTraceServiceRequest { ResourceSpans = { all } }.ToByteArray();
    }
}
