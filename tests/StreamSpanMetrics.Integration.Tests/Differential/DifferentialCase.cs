using System.Globalization;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Integration.Tests.Differential;

/// <summary>
/// Settings of the connector and requests, both made up from a seed. Left out is only where we differ on purpose (README): resources without
/// a service name, invalid UTF-8, several scopes in one series, weights that are no whole number.
/// </summary>
internal sealed class DifferentialCase
{
    private const ulong Start = 1_700_000_000_000_000_000;
    private const int Requests = 12;

    private static readonly string[] Names = ["http.method", "k", "größe", "n.1", "n.2", "error.type", "region"];
    private static readonly string[] Texts = ["", "a", "GET", "\"x\"", "ä ö", "a:b", "99"];

    // None of them matches a built-in dimension, which would be refused, or a name of the list beside it.
    private static readonly string[] Globs = ["http.*", "?", "n.[12]", "n.[!1]", "{error.type,region}", "gr*", "**p.method", "no.such"];

    // Weights 2, 16, 1, 2 and none, and what is none.
    private static readonly string[] TraceStates = ["ot=th:8", "a=b,ot=th:f;rv:1", "ot=th:0", "ot=th:80", "ot=rv:1", "ot=th:", "ot=th:x", "th:8"];
    private static readonly string[] Operations = ["GET /a", "work", "", "näh"];

    private readonly Random random;

    /// <summary>The case of a seed.</summary>
    public DifferentialCase(int seed)
    {
        Seed = seed;
        random = new Random(seed);
        Connector = MakeConnector();
        Values = [.. Enumerable.Range(0, Requests).Select(_ => MakeRequest())];
    }

    /// <summary>What repeats the case.</summary>
    public int Seed { get; }

    /// <summary>Settings of the connector, in flow style.</summary>
    public string Connector { get; }

    /// <summary>Requests, each an <c>ExportTraceServiceRequest</c>.</summary>
    public IReadOnlyList<byte[]> Values { get; }

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private string MakeConnector()
    {
        List<string> keys = ["dimensions: " + Dimensions(0)];
        if (Chance(3))
        {
            keys.Add("calls_dimensions: " + Dimensions(1));
        }

        if (Chance(3))
        {
            keys.Add("events: {enabled: true, dimensions: " + Dimensions(1) + "}");
        }

        if (Chance(3))
        {
            string[] builtIn = ["service.name", "span.name", "span.kind", "status.code", "nonsense"];
            keys.Add($"exclude_dimensions: [{string.Join(", ", builtIn.Where(_ => Chance(3)))}]");
        }

        if (Chance(4))
        {
            keys.Add(Chance(2) ? "namespace: ''" : "namespace: red.spans");
        }

        if (Chance(3))
        {
            keys.Add($"include_instrumentation_scope: [{string.Join(", ", new[] { "lib-0", "lib-1", "lib-x" }.Where(_ => Chance(2)))}]");
        }

        if (Chance(3))
        {
            keys.Add("enable_metrics_sampling_method: true");
        }

        keys.Add($"histogram: {{{string.Join(", ", Histogram())}}}");
        return $"{{{string.Join(", ", keys)}}}";
    }

    private IEnumerable<string> Histogram()
    {
        if (Chance(2))
        {
            yield return $"unit: {(Chance(2) ? "s" : "ms")}";
        }

        switch (random.Next(5))
        {
            case 0:
                yield return "explicit: {buckets: [1us, 2500us, 10ms, 1s, 1m]}";
                break;
            case 1:
                yield return FormattableString.Invariant($"exponential: {{max_size: {random.Next(2, 40)}}}");
                break;
            case 2:
                yield return "exponential: {}";
                break;
            case 3:
                yield return "disable: true";
                break;
            default:
                break;
        }

        if (Chance(3))
        {
            yield return "dimensions: " + Dimensions(1);
        }
    }

    private string Dimensions(int fewest)
    {
        if (Chance(4))
        {
            return $"[{{glob: '{Globs[random.Next(Globs.Length)]}'}}]";
        }

        string[] names = [.. Names.OrderBy(_ => random.Next()).Take(random.Next(fewest, 4))];
        return $"[{string.Join(", ", names.Select(name => $"{{name: {name}{(Chance(3) ? ", default: d" : "")}}}"))}]";
    }

    private byte[] MakeRequest()
    {
        ExportTraceServiceRequest request = new();
        for (int resources = random.Next(1, 4); resources > 0; resources--)
        {
            ResourceSpans group = new() { Resource = new Resource() };
            int service = random.Next(3);
            group.Resource.Attributes.Add(Text("service.name", $"s{service}"));
            group.Resource.Attributes.Add(Attributes(2));
            for (int scopes = random.Next(3); scopes > 0; scopes--)
            {
                // One scope for a service: a series that several scopes share is named by the first one there.
                ScopeSpans scope = new() { Scope = new InstrumentationScope { Name = $"lib-{service}", Version = service == 0 ? "1.0" : "" } };
                for (int spans = random.Next(6); spans > 0; spans--)
                {
                    scope.Spans.Add(MakeSpan());
                }

                group.ScopeSpans.Add(scope);
            }

            request.ResourceSpans.Add(group);
        }

        return request.ToByteArray();
    }

    private Span MakeSpan()
    {
        Span span = new()
        {
            Name = Operations[random.Next(Operations.Length)],
            Kind = (Span.Types.SpanKind)(Chance(20) ? 77 : random.Next(6)),
            StartTimeUnixNano = Start,
            EndTimeUnixNano = Chance(8) ? Start - (ulong)random.Next(1000) : Start + (ulong)random.NextInt64(1L << random.Next(1, 38)),
            TraceState = Chance(3) ? TraceStates[random.Next(TraceStates.Length)] : "",
            Status = Chance(2) ? new Status { Code = (Status.Types.StatusCode)(Chance(20) ? 9 : random.Next(3)) } : null,
        };
        span.Attributes.Add(Attributes(4));
        for (int events = Chance(2) ? random.Next(3) : 0; events > 0; events--)
        {
            Span.Types.Event happened = new() { Name = "e" };
            happened.Attributes.Add(Attributes(3));
            span.Events.Add(happened);
        }

        return span;
    }

    private List<KeyValue> Attributes(int most) =>
        [.. Names.OrderBy(_ => random.Next()).Take(random.Next(most + 1)).Select(name => new KeyValue { Key = name, Value = MakeValue(2) })];

    private AnyValue MakeValue(int depth)
    {
        switch (random.Next(depth > 0 ? 12 : 9))
        {
            case 0:
                return new AnyValue();
            case 1:
                return new AnyValue { BoolValue = Chance(2) };
            case 2:
                return new AnyValue { IntValue = random.Next(-2, 100) };
            case 3:
                return new AnyValue { DoubleValue = random.Next(1, 5) * Math.Pow(10, random.Next(-9, 24)) };
            case 4:
                return new AnyValue { BytesValue = ByteString.CopyFrom(0, 1, (byte)random.Next(4)) };
            case < 9:
                return new AnyValue { StringValue = Texts[random.Next(Texts.Length)] };
            case 9 or 10:
                AnyValue array = new() { ArrayValue = new ArrayValue() };
                array.ArrayValue.Values.Add(Enumerable.Range(0, random.Next(3)).Select(_ => MakeValue(depth - 1)));
                return array;
            default:
                AnyValue map = new() { KvlistValue = new KeyValueList() };
                map.KvlistValue.Values.Add(Enumerable.Range(0, random.Next(3))
                    .Select(at => new KeyValue { Key = at.ToString(CultureInfo.InvariantCulture), Value = MakeValue(depth - 1) }));
                return map;
        }
    }

    private static KeyValue Text(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };
}
