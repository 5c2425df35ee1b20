using System.Security.Cryptography;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Makes requests with spans of a few services and operations. Equal seeds make equal spans, but for the times.</summary>
public sealed class SpanMaker(int seed)
{
    private const ulong NanosPerMilli = 1_000_000;
    private const int MostMillis = 3000;

    private static readonly string[] Services = ["cart", "checkout", "stock", "mail", "search"];
    private static readonly string[] Operations = ["GET /a", "POST /b", "work"];

    private readonly Random random = new(seed);

    /// <summary>A request of one resource: a service picked at random, and some spans.</summary>
    public byte[] Next(int spans) => Request(Services[random.Next(Services.Length)], "production", spans);

    /// <summary>A request of one resource.</summary>
    /// <param name="service">Service name; null: none.</param>
    /// <param name="environment">Deployment environment; null: none.</param>
    /// <param name="spans">Number of spans.</param>
    /// <param name="operation">Name of the spans, which are of servers then; null: picked at random.</param>
    public byte[] Request(string? service, string? environment, int spans, string? operation = null)
    {
        Resource resource = new();
        Add(resource, "service.name", service);
        Add(resource, "deployment.environment.name", environment);
        Add(resource, "service.instance.id", $"pod-{random.Next(3)}");
        ScopeSpans scope = new() { Scope = new InstrumentationScope { Name = "test" } };
        for (int index = 0; index < spans; index++)
        {
            scope.Spans.Add(MakeSpan(operation));
        }

        ResourceSpans group = new() { Resource = resource };
        group.ScopeSpans.Add(scope);
        ExportTraceServiceRequest request = new();
        request.ResourceSpans.Add(group);
        return request.ToByteArray();
    }

    private Span MakeSpan(string? operation)
    {
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * NanosPerMilli;
        return new Span
        {
            TraceId = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(16)),
            SpanId = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(8)),
            Name = operation ?? Operations[random.Next(Operations.Length)],
            Kind = operation is not null || random.Next(2) == 0 ? Span.Types.SpanKind.Server : Span.Types.SpanKind.Client,
            StartTimeUnixNano = now,
            EndTimeUnixNano = now + ((ulong)random.Next(MostMillis) * NanosPerMilli),
            Status = operation is null && random.Next(5) == 0 ? new Status { Code = Status.Types.StatusCode.Error } : null,
        };
    }

    private static void Add(Resource resource, string name, string? value)
    {
        if (value is not null)
        {
            resource.Attributes.Add(new KeyValue { Key = name, Value = new AnyValue { StringValue = value } });
        }
    }
}
