using System.Buffers;
using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Spans.Conditions;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>
/// Counts spans in the most obvious way: generated classes, strings and a dictionary. Keys are step, group and series as
/// <see cref="RenderedKeyText"/> writes them.
/// </summary>
internal sealed class NaiveCount(SpanRules rules, HistogramRules histogram)
{
    private readonly SeriesLayout layout = new(rules);
    private readonly AnyValueText text = new(new TextCounters());
    private readonly NaiveFilter filter = new(rules.Filter);
    private IReadOnlyList<KeyValue> written = [];

    /// <summary>What was counted so far.</summary>
    public Dictionary<string, SeriesCount> Counts { get; } = [];

    /// <summary>Spans dropped by the filter so far, by reason.</summary>
    public SortedDictionary<string, long> Dropped { get; } = [];

    /// <summary>Number of spans counted so far.</summary>
    public long Spans { get; private set; }

    /// <summary>Counts a whole record in a step.</summary>
    public void Add(byte[] record, long step)
    {
        foreach (ResourceSpans part in ExportTraceServiceRequest.Parser.ParseFrom(record).ResourceSpans)
        {
            written = [.. (part.Resource ?? new Resource()).Attributes];
            List<KeyValue> resource = [.. (part.Resource ?? new Resource()).Attributes];
            if (resource.All(attribute => attribute.Key != "service.name"))
            {
                resource.Add(Traces.Text("service.name", SpanRules.UnknownService));
            }

            string group = Group(resource);
            foreach ((InstrumentationScope? scope, Span span) in part.ScopeSpans.SelectMany(all => all.Spans.Select(one => (all.Scope, one))))
            {
                if (Reason(resource, span) is string reason)
                {
                    Dropped[reason] = Dropped.GetValueOrDefault(reason) + 1;
                    continue;
                }

                Spans++;
                Count($"{step} {group} ", resource, scope, span);
            }
        }
    }

    private void Count(string prefix, List<KeyValue> resource, InstrumentationScope? scope, Span span)
    {
        foreach (SeriesFamily family in Enumerable.Range(0, layout.FamilyCount).Select(number => (SeriesFamily)number).Where(layout.Has))
        {
            CountRule? rule = family < SeriesFamily.Counted ? null : layout.Counts[family - SeriesFamily.Counted];
            bool perEvent = rule?.IsOfEvents ?? family == SeriesFamily.Events;
            foreach (Span.Types.Event? happened in perEvent ? span.Events : (IEnumerable<Span.Types.Event?>)[null])
            {
                string? counted = rule is null ? Key(family, resource, scope, span, happened) : CountedKey(family, rule, scope, span, happened);
                if (counted is null)
                {
                    continue;
                }

                string key = prefix + counted;
                if (!Counts.TryGetValue(key, out SeriesCount? count))
                {
                    Counts.Add(key, count = new SeriesCount(histogram.BoundsNanos.Count + 1));
                }

                bool timed = SeriesLayout.HasHistogram(family);
                ulong nanos = timed && span.EndTimeUnixNano > span.StartTimeUnixNano ? span.EndTimeUnixNano - span.StartTimeUnixNano : 0;
                ulong weight = rule is null ? NaiveWeight.Of(span) : 1;
                count.Sum += (UInt128)nanos * weight;
                count.Buckets[timed ? Bucket(nanos) : 0] += weight;
            }
        }
    }

    // The count connector: of the span or event itself, else of the scope, else of the resource, else the default; without one nothing.
    private string? CountedKey(SeriesFamily family, CountRule rule, InstrumentationScope? scope, Span span, Span.Types.Event? happened)
    {
        if (rule.Condition is Condition condition && !NaiveCondition.Holds(condition, span, happened, written))
        {
            return null;
        }

        StringBuilder key = new(family.ToString());
        foreach (DimensionRule attribute in rule.Attributes)
        {
            KeyValue? found = Find(attribute, happened?.Attributes ?? span.Attributes) ?? Find(attribute, scope?.Attributes ?? []);
            KeyValue? fallback = Find(attribute, written);
            string? value = found is not null ? Read(found, SpanRules.MaxValueBytes)
                : fallback is not null ? Read(fallback, SpanRules.MaxResourceValueBytes)
                : attribute.Default is null ? null
                : attribute.Default.Length == 0 ? "Absent:" : $"{attribute.DefaultKind}:{attribute.Default}";
            if (value is null)
            {
                return null;
            }

            key.Append($" {attribute.Name}={value}");
        }

        return key.ToString();
    }

    private string Key(SeriesFamily family, List<KeyValue> resource, InstrumentationScope? scope, Span span, Span.Types.Event? happened)
    {
        bool listed = scope is not null && rules.InstrumentationScopes.Contains(scope.Name);
        StringBuilder key = new(family.ToString());
        foreach (string name in layout.Names(family)[..layout.BuiltInCount])
        {
            key.Append($" {name}=" + name switch
            {
                "service.name" => Find(name, resource)?.Value?.HasStringValue == true ? Read(Find(name, resource)) : "Absent:",
                "span.name" => Plain(Cut(span.Name, SpanRules.MaxValueBytes)),
                "span.kind" => Plain((int)span.Kind is >= 0 and <= 5 ? "SPAN_KIND_" + span.Kind.ToString().ToUpperInvariant() : ""),
                "span.instrumentation.scope.name" => Plain(listed ? Cut(scope!.Name, SpanRules.MaxValueBytes) : ""),
                "span.instrumentation.scope.version" => Plain(listed ? Cut(scope!.Version, SpanRules.MaxValueBytes) : ""),
                "sampling.method" => Plain(NaiveWeight.Threshold(span.TraceState) is null ? "counted" : "extrapolated"),
                "otel.status_code" => Plain((span.Status?.Code ?? 0) is Status.Types.StatusCode.Ok or Status.Types.StatusCode.Error
                    ? span.Status!.Code.ToString().ToUpperInvariant() : ""),
                _ => Plain((int)(span.Status?.Code ?? 0) is >= 0 and <= 2
                    ? "STATUS_CODE_" + (span.Status?.Code ?? 0).ToString().ToUpperInvariant() : ""),
            });
        }

        foreach (DimensionRule rule in layout.Configured(family))
        {
            KeyValue? found = Find(rule, span.Attributes) ?? (happened is null ? null : Find(rule, happened.Attributes));
            KeyValue? fallback = Find(rule, resource);
            string value = found is not null ? Read(found, SpanRules.MaxValueBytes)
                : fallback is not null ? Read(fallback, SpanRules.MaxResourceValueBytes)
                : Plain(rule.Default ?? "");
            key.Append($" {rule.Name}={value}");
        }

        foreach ((string name, KeyValue found) in GlobAttributes(family, resource, span, happened))
        {
            string value = Read(found, span.Attributes.Contains(found) || happened?.Attributes.Contains(found) == true
                ? SpanRules.MaxValueBytes : SpanRules.MaxResourceValueBytes);
            key.Append(value.EndsWith(':') && value.IndexOf(':') == value.Length - 1 ? "" : $" {name}={value}");
        }

        return key.ToString();
    }

    // What matches a pattern and has no name of its own: of the span, else of the event, else of the resource; the first 32 by name.
    private IEnumerable<(string Name, KeyValue Found)> GlobAttributes(
        SeriesFamily family, List<KeyValue> resource, Span span, Span.Types.Event? happened)
    {
        string[] globs = layout.Globs(family).ToArray();
        string[] named = layout.Names(family).ToArray();
        IEnumerable<KeyValue> all = [.. span.Attributes, .. happened?.Attributes ?? [], .. resource];
        return all.Where(attribute => attribute.Key.Length > 0 && !named.Contains(attribute.Key))
            .Where(attribute => globs.Any(glob => NaiveGlob.Matches(glob, attribute.Key)))
            .DistinctBy(attribute => attribute.Key)
            .OrderBy(attribute => Convert.ToHexString(Encoding.UTF8.GetBytes(attribute.Key)), StringComparer.Ordinal)
            .Take(SeriesLayout.MaxGlobNames)
            .Select(attribute => (attribute.Key, attribute));
    }

    private string? Reason(List<KeyValue> resource, Span span)
    {
        string? OfResource(string name) => Find(name, resource) is KeyValue found ? Attribute("", found).Text : null;
        return filter.Reason(
            (int)span.Kind, (int)(span.Status?.Code ?? 0), Cut(span.Name, SpanRules.MaxValueBytes), OfResource("service.name")!,
            name => Find(name, span.Attributes) is KeyValue found ? Attribute("", found, SpanRules.MaxValueBytes).Text : OfResource(name),
            OfResource);
    }

    private string Group(List<KeyValue> resource)
    {
        if (!rules.IncludeResource)
        {
            KeyValue? service = Find("service.name", resource);
            bool shown = rules.IncludeServiceName && service?.Value?.HasStringValue == true;
            return RenderedKeyText.Group(Attribute("", null), Attribute("", shown ? service : null), []);
        }

        IEnumerable<string> names = rules.AllAttributesAreIdentity ? resource.Select(attribute => attribute.Key)
            : rules.IdentityAttributes.Count > 0 ? rules.IdentityAttributes
            : ["service.namespace", "service.name", SpanRules.EnvironmentAttribute];
        List<ResourceAttribute> identity = [];
        foreach (string name in names.Distinct().Order(StringComparer.Ordinal))
        {
            KeyValue? found = Find(name, resource);
            if (found is null && rules.IdentityAttributes.Count == 0 && name == SpanRules.EnvironmentAttribute)
            {
                found = Find(SpanRules.OlderEnvironmentAttribute, resource);
            }

            ResourceAttribute attribute = Attribute(name, found);
            identity.AddRange(attribute.Kind == TextKind.Absent ? [] : [attribute]);
        }

        return RenderedKeyText.Group(
            Attribute("", Find("service.namespace", resource)), Attribute("", Find("service.name", resource)), identity);
    }

    private int Bucket(ulong nanos)
    {
        double divisor = ExplicitBounds.NanosPerUnit(histogram.Unit);
        return histogram.BoundsNanos.TakeWhile(bound => bound / divisor < nanos / divisor).Count();
    }

    private static KeyValue? Find(string name, IEnumerable<KeyValue> attributes) =>
        attributes.FirstOrDefault(attribute => attribute.Key == name);

    private static KeyValue? Find(DimensionRule rule, IEnumerable<KeyValue> attributes) =>
        rule.Aliases.Prepend(rule.Name).Select(name => Find(name, attributes)).FirstOrDefault(found => found is not null);

    private static string Plain(string value) => value.Length == 0 ? "Absent:" : "String:" + value;

    private string Read(KeyValue? attribute, int maxBytes = SpanRules.MaxResourceValueBytes)
    {
        ResourceAttribute read = Attribute("", attribute, maxBytes);
        return $"{read.Kind}:{read.Text}";
    }

    private ResourceAttribute Attribute(string name, KeyValue? attribute, int maxBytes = SpanRules.MaxResourceValueBytes)
    {
        ArrayBufferWriter<byte> output = new();
        TextKind kind = attribute?.Value is AnyValue value ? text.Write(value.ToByteArray(), output) : TextKind.Absent;
        return new ResourceAttribute(name, kind, kind == TextKind.Absent ? "" : Cut(Encoding.UTF8.GetString(output.WrittenSpan), maxBytes));
    }

    private static string Cut(string text, int maxBytes)
    {
        StringBuilder kept = new();
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                break;
            }

            kept.Append(rune);
        }

        return kept.ToString();
    }
}
