using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>Makes trace requests of every shape that a writer may produce, from a seeded generator.</summary>
internal sealed class RequestGenerator(Random random)
{
    /// <summary>Attribute names in use; tests select some of them.</summary>
    public static readonly string[] AttributeNames =
    [
        "http.method", "http.status_code", "custom", "exception.type", "k", "", "http.rouTe", "http.route",
        new('n', 62), new('n', 63), new('n', 64), new('n', 127), new('n', 128), "größe",
    ];

    private static readonly string[] TraceStates =
    [
        "a=b", "ot=th:c", "a=b,ot=th:8", "ot=th:0", "ot=th:55555555555555", "ot=th:1;rv:6e6d1a75832a2f", "ot=th:fd70a4", "ot=th:ffffffffffffff",
        "ot=th:8;", "ot=",
    ];

    private static readonly string[] Texts = ["", "GET", "POST", "naïve", "\"quoted\"", new('t', 127), new('t', 128), new('t', 20_000)];

    /// <summary>A request with up to four resources.</summary>
    public ExportTraceServiceRequest Request()
    {
        ExportTraceServiceRequest request = new();
        for (int count = random.Next(4); count >= 0; count--)
        {
            request.ResourceSpans.Add(ResourceSpans());
        }

        return request;
    }

    /// <summary>A span with a bit of everything.</summary>
    public Span Span()
    {
        Span span = new()
        {
            TraceId = Bytes(random.Next(4) == 0 ? 0 : 16),
            SpanId = Bytes(random.Next(4) == 0 ? 0 : 8),
            ParentSpanId = Bytes(random.Next(2) == 0 ? 0 : 8),
            TraceState = random.Next(3) == 0 ? TraceStates[random.Next(TraceStates.Length)] : "",
            Name = Text(),
            Kind = (Span.Types.SpanKind)(random.Next(10) == 0 ? random.Next(-3, 1000) : random.Next(6)),
            StartTimeUnixNano = Nanos(),
            EndTimeUnixNano = Nanos(),
            DroppedAttributesCount = Rarely(300),
            DroppedEventsCount = Rarely(300),
            DroppedLinksCount = Rarely(300),
            Flags = Rarely(1 << 20),
        };
        span.Attributes.Add(Attributes());
        for (int count = random.Next(3) == 0 ? random.Next(12) : 0; count > 0; count--)
        {
            Span.Types.Event happened = new() { Name = Text(), TimeUnixNano = Nanos(), DroppedAttributesCount = Rarely(5) };
            happened.Attributes.Add(Attributes());
            span.Events.Add(happened);
        }

        if (random.Next(4) == 0)
        {
            span.Links.Add(new Span.Types.Link { TraceId = Bytes(16), SpanId = Bytes(8), Flags = 1 });
        }

        if (random.Next(3) > 0)
        {
            span.Status = new Status
            {
                Code = (Status.Types.StatusCode)(random.Next(10) == 0 ? random.Next(-3, 1000) : random.Next(3)),
                Message = random.Next(5) == 0 ? Text() : "",
            };
        }

        return span;
    }

    /// <summary>A value of any kind, nested up to <paramref name="depth"/>.</summary>
    public AnyValue? Value(int depth)
    {
        switch (random.Next(depth > 0 ? 12 : 9))
        {
            case 0:
                return null;
            case 1:
                return new AnyValue();
            case 2:
                return new AnyValue { BoolValue = random.Next(2) == 0 };
            case 3:
                return new AnyValue { IntValue = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64) };
            case 4:
                return new AnyValue { DoubleValue = BitConverter.Int64BitsToDouble(random.NextInt64()) };
            case 5:
                return new AnyValue { BytesValue = Bytes(random.Next(20)) };
            case < 9:
                return new AnyValue { StringValue = Text() };
            case 9 or 10:
                AnyValue array = new() { ArrayValue = new ArrayValue() };
                for (int count = random.Next(4); count > 0; count--)
                {
                    array.ArrayValue.Values.Add(Value(depth - 1) ?? new AnyValue());
                }

                return array;
            default:
                AnyValue map = new() { KvlistValue = new KeyValueList() };
                map.KvlistValue.Values.Add(KeyValues(random.Next(4), depth - 1));
                return map;
        }
    }

    private ResourceSpans ResourceSpans()
    {
        ResourceSpans all = new() { SchemaUrl = random.Next(3) == 0 ? "https://opentelemetry.io/schemas/1.27.0" : "" };
        if (random.Next(8) > 0)
        {
            all.Resource = new Resource { DroppedAttributesCount = Rarely(9) };
            all.Resource.Attributes.Add(Attributes());
            all.Resource.Attributes.Add(new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = "shop" } });
        }

        for (int scopes = random.Next(4); scopes > 0; scopes--)
        {
            ScopeSpans scope = new() { SchemaUrl = random.Next(4) == 0 ? "url" : "" };
            if (random.Next(2) == 0)
            {
                string name = random.Next(3) == 0 ? "other" : "library";
                scope.Scope = new InstrumentationScope { Name = name, Version = random.Next(2) == 0 ? "" : "1.0" };
            }

            for (int spans = random.Next(6); spans > 0; spans--)
            {
                scope.Spans.Add(Span());
            }

            all.ScopeSpans.Add(scope);
        }

        return all;
    }

    private List<KeyValue> Attributes() => KeyValues(random.Next(12), 3);

    private List<KeyValue> KeyValues(int count, int depth)
    {
        List<KeyValue> pairs = [];
        for (; count > 0; count--)
        {
            pairs.Add(new KeyValue { Key = AttributeNames[random.Next(AttributeNames.Length)], Value = Value(depth) });
        }

        return pairs;
    }

    private string Text() => Texts[random.Next(random.Next(20) == 0 ? Texts.Length : Texts.Length - 1)];

    private ulong Nanos() => random.Next(10) == 0 ? (ulong)random.NextInt64() * 2 : 1_700_000_000_000_000_000 + (ulong)random.Next();

    private uint Rarely(int below) => random.Next(4) == 0 ? (uint)random.Next(below) : 0;

    private ByteString Bytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
