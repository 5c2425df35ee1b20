using System.Buffers;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Testing.Golden;

/// <summary>
/// Reads OTLP JSON into points that can be compared, by the rules of comparison: order is no matter, times are left out, an empty
/// value equals an absent one, arrays, maps and bytes are their text.
/// </summary>
internal sealed class GoldenPoints
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    private readonly AnyValueText texts = new(new TextCounters());

    /// <summary>Services whose values are compared without their kind.</summary>
    public IReadOnlyList<string> FoldedServices { get; init; } = [];

    /// <summary>Whether this goes for all services.</summary>
    public bool FoldsAll { get; init; }

    /// <summary>Services whose points are compared without their instrumentation scope.</summary>
    public IReadOnlyList<string> ScopelessServices { get; init; } = [];

    /// <summary>If not empty, all of a resource that is compared.</summary>
    public IReadOnlyList<string> ResourceAttributes { get; init; } = [];

    /// <summary>The points by identity; those with one identity are added up.</summary>
    public SortedDictionary<string, GoldenPoint> Read(string json)
    {
        SortedDictionary<string, GoldenPoint> points = new(StringComparer.Ordinal);
        foreach (ResourceMetrics resource in Parser.Parse<ExportMetricsServiceRequest>(json).ResourceMetrics)
        {
            foreach (GoldenPoint point in PointsOf(resource))
            {
                points[point.Identity] = points.TryGetValue(point.Identity, out GoldenPoint? known) ? known.Plus(point) : point;
            }
        }

        return points;
    }

    private IEnumerable<GoldenPoint> PointsOf(ResourceMetrics resource)
    {
        KeyValue? name = resource.Resource.Attributes.FirstOrDefault(attribute => attribute.Key == "service.name");
        string ofResource = name is null ? "" : TextOf(name.Value);
        bool folded = FoldsAll || FoldedServices.Contains(ofResource);
        bool scopeless = ScopelessServices.Contains(ofResource);
        string OfPoint(IEnumerable<KeyValue> attributes) =>
            Attributes(attributes.Where(attribute => !scopeless || !IsScope(attribute)), folded);

        string whose = Attributes(
            resource.Resource.Attributes.Where(attribute => ResourceAttributes.Count == 0 || ResourceAttributes.Contains(attribute.Key)),
            folded);
        foreach (ScopeMetrics scope in resource.ScopeMetrics)
        {
            foreach (Metric metric in scope.Metrics)
            {
                string prefix = $"{whose} {scope.Scope.Name}{scope.Scope.Version} {metric.Name} [{metric.Unit}] {metric.DataCase}";
                foreach (NumberDataPoint point in metric.Sum?.DataPoints ?? [])
                {
                    string service = name is null ? ServiceOf(point.Attributes) : ofResource;
                    Assert.Equal(NumberDataPoint.ValueOneofCase.AsInt, point.ValueCase);
                    string identity = $"{prefix} {metric.Sum!.AggregationTemporality} {metric.Sum.IsMonotonic}";
                    yield return new GoldenPoint(service, $"{identity} {OfPoint(point.Attributes)}", [(ulong)point.AsInt], 0)
                    {
                        Exemplars = Texts(point.Exemplars),
                    };
                }

                foreach (HistogramDataPoint point in metric.Histogram?.DataPoints ?? [])
                {
                    string service = name is null ? ServiceOf(point.Attributes) : ofResource;
                    string bounds = string.Join(' ', point.ExplicitBounds.Select(bound => bound.ToString("R", CultureInfo.InvariantCulture)));
                    string identity = $"{prefix} {metric.Histogram!.AggregationTemporality} ({bounds})";
                    yield return new GoldenPoint(
                        service, $"{identity} {OfPoint(point.Attributes)}", [point.Count, .. point.BucketCounts], point.Sum)
                    {
                        Exemplars = Texts(point.Exemplars),
                    };
                }

                foreach (ExponentialHistogramDataPoint point in metric.ExponentialHistogram?.DataPoints ?? [])
                {
                    string service = name is null ? ServiceOf(point.Attributes) : ofResource;
                    Assert.True(point.Negative is null or { BucketCounts.Count: 0 });
                    string layout = string.Create(
                        CultureInfo.InvariantCulture, $"scale {point.Scale} offset {point.Positive?.Offset ?? 0} min {point.Min} max {point.Max}");
                    string identity = $"{prefix} {metric.ExponentialHistogram!.AggregationTemporality}";
                    yield return new GoldenPoint(
                        service, $"{identity} {OfPoint(point.Attributes)}",
                        [point.Count, point.ZeroCount, .. point.Positive?.BucketCounts ?? []], point.Sum, layout)
                    {
                        Exemplars = Texts(point.Exemplars),
                    };
                }
            }
        }
    }

    // OTLP JSON has ids in hex, which the parser took for base64.
    private static string[] Texts(IEnumerable<Exemplar> exemplars) =>
    [
        .. exemplars.Select(one => string.Create(
            CultureInfo.InvariantCulture, $"{one.TraceId.ToBase64()} {one.SpanId.ToBase64()} {one.AsDouble:R}")),
    ];

    private static bool IsScope(KeyValue attribute) => attribute.Key.StartsWith("span.instrumentation.scope.", StringComparison.Ordinal);

    // Where resources are left out, the dimension says whose point it is.
    private string ServiceOf(IEnumerable<KeyValue> attributes) =>
        attributes.FirstOrDefault(attribute => attribute.Key == "service.name") is KeyValue found ? TextOf(found.Value) : "";

    private string Attributes(IEnumerable<KeyValue> attributes, bool folded)
    {
        IEnumerable<string> texts =
            from attribute in attributes
            let text = TextOf(attribute.Value)
            where text.Length > 0
            orderby attribute.Key
            select $"{attribute.Key}={(folded ? "" : KindOf(attribute.Value))}{text}";
        return "{" + string.Join(", ", texts) + "}";
    }

    private string TextOf(AnyValue value)
    {
        ArrayBufferWriter<byte> text = new();
        texts.Write(value.ToByteArray(), text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static string KindOf(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.IntValue => "int:",
        AnyValue.ValueOneofCase.DoubleValue => "double:",
        AnyValue.ValueOneofCase.BoolValue => "bool:",
        _ => "",
    };
}
