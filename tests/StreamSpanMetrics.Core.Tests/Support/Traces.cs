using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>Short forms for requests made by hand.</summary>
internal static class Traces
{
    /// <summary>A request with one resource.</summary>
    public static byte[] Request(KeyValue[] resource, params Span[] spans) => Request((resource, spans));

    /// <summary>A request with several resources.</summary>
    public static byte[] Request(params (KeyValue[] Resource, Span[] Spans)[] parts)
    {
        ExportTraceServiceRequest request = new();
        foreach ((KeyValue[] resource, Span[] spans) in parts)
        {
            ResourceSpans all = new() { Resource = new Resource { Attributes = { resource } } };
            all.ScopeSpans.Add(new ScopeSpans { Spans = { spans } });
            request.ResourceSpans.Add(all);
        }

        return request.ToByteArray();
    }

    /// <summary>A server span with these attributes that took 5 ms.</summary>
    public static Span Span(string name, params KeyValue[] attributes) => new()
    {
        Name = name,
        Kind = OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Server,
        StartTimeUnixNano = 1_700_000_000_000_000_000,
        EndTimeUnixNano = 1_700_000_000_005_000_000,
        Attributes = { attributes },
    };

    /// <summary>An event with these attributes.</summary>
    public static Span.Types.Event Event(params KeyValue[] attributes) => new() { Name = "event", Attributes = { attributes } };

    /// <summary>A string attribute.</summary>
    public static KeyValue Text(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    /// <summary>An attribute of any kind; null for one without value.</summary>
    public static KeyValue Attribute(string key, AnyValue? value) => new() { Key = key, Value = value };
}
