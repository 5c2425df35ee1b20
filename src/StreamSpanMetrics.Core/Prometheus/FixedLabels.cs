using System.Text;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Makes the labels that do not depend on the point: identity (P-3), job, instance, external and scope labels. Later ones of
/// this list win over earlier ones, except that identity and external labels take free names only (Collector
/// pkg/translator/prometheusremotewrite/helper.go; identity labels are ours).
/// </summary>
internal sealed class FixedLabels
{
    private const string ServiceName = "service.name";
    private const string ServiceNamespace = "service.namespace";
    private const string ServiceInstance = "service.instance.id";

    private readonly PrometheusRules rules;
    private readonly HashSet<string> outsideTargetInfo;
    private readonly ByteBuffer scratch = new();

    /// <summary>A maker for one exporter's <paramref name="rules"/>.</summary>
    public FixedLabels(PrometheusRules rules)
    {
        this.rules = rules;
        outsideTargetInfo = [ServiceName, ServiceNamespace, ServiceInstance, .. rules.IdentityLabels];
    }

    /// <summary>Whether this resource attribute is a label of <c>target_info</c> (P-4).</summary>
    public bool IsDescriptive(string attribute) => !outsideTargetInfo.Contains(attribute);

    /// <summary>Labels of all series of a resource and scope, sorted.</summary>
    public FixedLabel[] ForPoints(RepeatedField<KeyValue>? resource, InstrumentationScope? scope)
    {
        SortedDictionary<string, FixedLabel> labels = new(Utf8Order.Instance);
        foreach (string attribute in rules.IdentityLabels)
        {
            PutIfFree(labels, LabelNamer.Name(attribute, rules.Translation), Text(resource, attribute) ?? "");
        }

        PutTarget(labels, resource);
        PutExternal(labels);
        if (!rules.DisableScopeInfo && scope is not null)
        {
            Put(labels, "otel_scope_name", scope.Name, overrides: true);
            Put(labels, "otel_scope_version", scope.Version, overrides: true);
            foreach (KeyValue attribute in scope.Attributes)
            {
                Put(labels, "otel_scope_" + LabelNamer.Name(attribute.Key, rules.Translation), Text(attribute.Value), overrides: true);
            }
        }

        return [.. labels.Values];
    }

    /// <summary>Labels of <c>target_info</c> besides the resource attributes, sorted; null if it has neither job nor instance.</summary>
    public FixedLabel[]? ForTargetInfo(RepeatedField<KeyValue>? resource)
    {
        SortedDictionary<string, FixedLabel> labels = new(Utf8Order.Instance);
        PutTarget(labels, resource);
        if (labels.Count == 0)
        {
            return null;
        }

        PutExternal(labels);
        return [.. labels.Values];
    }

    /// <summary>A label as field 1 of a <c>TimeSeries</c> (remote write 1.0, prompb/types.proto).</summary>
    public static byte[] Encode(string name, string value)
    {
        ByteBuffer label = new();
        Encode(label, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
        return label.Written.ToArray();
    }

    /// <summary>Appends a label as field 1 of a <c>TimeSeries</c>.</summary>
    public static void Encode(ByteBuffer target, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        int length = 2 + ByteBuffer.VarintLength((uint)name.Length) + name.Length
            + ByteBuffer.VarintLength((uint)value.Length) + value.Length;
        target.Append(0x0a);
        target.AppendVarint((uint)length);
        target.AppendField(0x0a, name);
        target.AppendField(0x12, value);
    }

    private void PutTarget(SortedDictionary<string, FixedLabel> labels, RepeatedField<KeyValue>? resource)
    {
        string? service = Text(resource, ServiceName);
        if (service is not null)
        {
            string space = Text(resource, ServiceNamespace) ?? "";
            Put(labels, "job", space.Length == 0 ? service : space + "/" + service, overrides: true);
        }

        Put(labels, "instance", Text(resource, ServiceInstance) ?? "", overrides: true);
    }

    private void PutExternal(SortedDictionary<string, FixedLabel> labels)
    {
        foreach (KeyValuePair<string, string> label in rules.ExternalLabels)
        {
            PutIfFree(labels, LabelNamer.Name(label.Key, rules.Translation), label.Value);
        }
    }

    private static void PutIfFree(SortedDictionary<string, FixedLabel> labels, string name, string value)
    {
        if (!labels.ContainsKey(name))
        {
            Put(labels, name, value, overrides: false);
        }
    }

    // An empty value is an absent label (remote write 1.0: a label must not be empty).
    private static void Put(SortedDictionary<string, FixedLabel> labels, string name, string value, bool overrides)
    {
        if (value.Length > 0 && name.Length > 0)
        {
            labels[name] = new FixedLabel(Encoding.UTF8.GetBytes(name), Encode(name, value), overrides);
        }
    }

    private string? Text(RepeatedField<KeyValue>? attributes, string key)
    {
        if (attributes is not null)
        {
            foreach (KeyValue attribute in attributes)
            {
                if (attribute.Key == key)
                {
                    return Text(attribute.Value);
                }
            }
        }

        return null;
    }

    private string Text(AnyValue? value)
    {
        scratch.Truncate();
        AttributeText.Append(scratch, value);
        return Encoding.UTF8.GetString(scratch.Written);
    }
}
