using System.Buffers.Binary;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Simulation.Truth;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>
/// Makes records of the source topic: several services and environments, few names, errors, exceptions, and now and then rubbish. With
/// <paramref name="bursts"/>, now and then many names of one resource.
/// </summary>
internal sealed class SpanMaker(Random random, Random? bursts)
{
    private static readonly string[] Services = ["shop", "cart", "mail", "pay"];
    private static readonly string[] Environments = ["", "", "prod", "test"];
    private ulong lastSpan;

    private static readonly string[] Names = ["GET /", "GET /item", "POST /buy"];

    /// <summary>A record whose spans end at about the given time.</summary>
    public SourceRecord Make(long nowMillis)
    {
        if (random.Next(15) == 0)
        {
            return new SourceRecord([0xFF, 0x06, 0x00, (byte)random.Next(256)], null, 0);
        }

        ExportTraceServiceRequest request = new();
        List<TruthSpan> truth = [];
        long newest = 0;
        for (int resources = random.Next(10) == 0 ? 0 : random.Next(1, 3); resources > 0; resources--)
        {
            string service = Services[random.Next(Services.Length)];
            string environment = Environments[random.Next(Environments.Length)];
            ResourceSpans all = new() { Resource = new Resource() };
            all.Resource.Attributes.Add(Text("service.name", service));
            string host = "host-" + random.Next(random.Next(4) + 1);
            all.Resource.Attributes.Add(Text("host.name", host));
            if (environment.Length > 0)
            {
                all.Resource.Attributes.Add(Text("deployment.environment.name", environment));
            }

            ScopeSpans scope = new();
            for (int spans = random.Next(1, 4); spans > 0; spans--)
            {
                long end = nowMillis - random.Next(2_000);
                newest = Math.Max(newest, end);
                scope.Spans.Add(Span(service, environment, host, null, end, truth));
            }

            for (int more = bursts?.Next(4) == 0 ? bursts.Next(20) : 0; more > 0; more--)
            {
                scope.Spans.Add(Span(service, environment, host, "GET /" + bursts!.Next(30), newest, truth));
            }

            all.ScopeSpans.Add(scope);
            request.ResourceSpans.Add(all);
        }

        return new SourceRecord(request.ToByteArray(), truth, newest);
    }

    private Span Span(string service, string environment, string host, string? given, long endMillis, List<TruthSpan> truth)
    {
        long duration = random.NextInt64(1, random.Next(3) == 0 ? 2_000_000_000 : 20_000_000);
        string name = given ?? Names[random.Next(Names.Length)];
        bool isClient = random.Next(4) == 0;
        bool isError = random.Next(5) == 0;
        ulong end = (ulong)endMillis * 1_000_000;
        byte[] ids = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(ids, ++lastSpan);
        BinaryPrimitives.WriteUInt64LittleEndian(ids.AsSpan(16), lastSpan % 3);
        Span span = new()
        {
            TraceId = ByteString.CopyFrom(ids[..16]),
            SpanId = ByteString.CopyFrom(ids[16..]),
            Name = name,
            Kind = isClient ? OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Client : OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind.Server,
            StartTimeUnixNano = end - (ulong)duration,
            EndTimeUnixNano = end,
        };
        if (isError)
        {
            span.Status = new Status { Code = Status.Types.StatusCode.Error };
        }

        List<string> exceptions = [];
        while (random.Next(6) == 0)
        {
            string type = "E" + random.Next(2);
            exceptions.Add(type);
            Span.Types.Event raised = new() { Name = "exception", TimeUnixNano = end };
            raised.Attributes.Add(Text("exception.type", type));
            span.Events.Add(raised);
        }

        SlowExemplar exemplar = new(Convert.ToHexString(ids), (ulong)duration, end);
        truth.Add(new TruthSpan(service, environment, host, name, isClient, isError, duration, [.. exceptions], exemplar));
        return span;
    }

    private static KeyValue Text(string name, string text) => new() { Key = name, Value = new AnyValue { StringValue = text } };
}
