using System.Buffers;
using System.Text;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>Works out what a Resource message means under the rules: its job, its identity, its fallback values. Not thread-safe.</summary>
public sealed class ResourceReader
{
    private const string ServiceNameAttribute = "service.name";
    private const string ServiceNamespaceAttribute = "service.namespace";

    private readonly SpanRules rules;
    private readonly AttributeSlots slots;
    private readonly SpanFilter? filter;
    private readonly AnyValueText valueText;
    private readonly ArrayBufferWriter<byte> scratch = new();
    private readonly GlobNames? globs;
    private readonly IReadOnlyList<FamilyPlan> plans;
    private readonly List<GlobAttribute> candidates = [];
    private readonly int defaultBytes;
    private bool serviceNameIsString;

    /// <summary>
    /// Reads under <paramref name="rules"/>; values go into <paramref name="slots"/>, as those of spans do. <paramref name="filter"/> is
    /// null where there is none, and so is
    /// <paramref name="globs"/>.
    /// </summary>
    internal ResourceReader(
        SpanRules rules, AttributeSlots slots, IReadOnlyList<FamilyPlan> plans, SpanFilter? filter, GlobNames? globs, AnyValueText valueText)
    {
        this.plans = plans;
        this.globs = globs;
        this.rules = rules;
        this.slots = slots;
        this.filter = filter;
        this.valueText = valueText;
        foreach (FamilyPlan plan in plans)
        {
            for (int index = 0; index < plan.SelectorIndexes.Length; index++)
            {
                defaultBytes += plan.Default(index)?.Length ?? 0;
            }
        }
    }

    /// <summary>Reads <paramref name="bytes"/>, entering group and variant into <paramref name="table"/>.</summary>
    internal DecodeProblem Read(ReadOnlySpan<byte> bytes, ResourceTable table, out ResourceEntry entry)
    {
        entry = null!;
        SortedDictionary<string, ResourceAttribute> attributes = new(StringComparer.Ordinal);
        byte[]?[] values = new byte[slots.Count][];
        DecodeProblem problem = ReadAttributes(bytes, attributes, values);
        if (!problem.Exists)
        {
            slots.Aliases?.Fill(values);
            entry = Interpret(bytes.ToArray(), attributes, values, table);
        }

        return problem;
    }

    private DecodeProblem ReadAttributes(
        ReadOnlySpan<byte> bytes, SortedDictionary<string, ResourceAttribute> attributes, byte[]?[] values)
    {
        serviceNameIsString = false;
        candidates.Clear();
        ProtoCursor cursor = new(bytes, new ValueSlice(0, bytes.Length), MessageShape.Resource);
        while (cursor.MoveNext())
        {
            if (cursor.Tag != OtlpTags.ResourceAttributes)
            {
                continue;
            }

            DecodeProblem problem = SlowSpanReader.ReadKeyValue(bytes, cursor.Content, out ValueSlice key, out ValueSlice value);
            if (problem.Exists)
            {
                return problem;
            }

            scratch.ResetWrittenCount();
            valueText.WriteText(key.In(bytes), scratch);
            string name = Encoding.UTF8.GetString(valueText.Cut(scratch.WrittenSpan, SpanRules.MaxResourceNameBytes));
            scratch.ResetWrittenCount();
            TextKind kind = valueText.Write(value.In(bytes), scratch);
            ReadOnlySpan<byte> bytesOfText = valueText.Cut(scratch.WrittenSpan, SpanRules.MaxResourceValueBytes);
            string text = kind == TextKind.Absent ? "" : Encoding.UTF8.GetString(bytesOfText);
            if (attributes.TryAdd(name, new ResourceAttribute(name, kind, text)))
            {
                NoteValue(name, value.In(bytes), text, values);
                NoteGlob(key.In(bytes), value.In(bytes), text);
                serviceNameIsString |= name == ServiceNameAttribute && AnyValueText.IsString(value.In(bytes));
            }
        }

        return cursor.Problem;
    }

    private void NoteValue(string name, ReadOnlySpan<byte> value, string text, byte[]?[] values)
    {
        int slot = slots.Of(name);
        if (slot >= 0)
        {
            values[slot] = value.Length <= SpanRules.MaxResourceValueBytes ? value.ToArray() : StringValue.Encode(text);
        }
    }

    private void NoteGlob(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, string text)
    {
        if (globs is not null)
        {
            byte[] own = value.Length <= SpanRules.MaxResourceValueBytes ? value.ToArray() : StringValue.Encode(text);
            candidates.Add(new GlobAttribute(ValueSlice.Absent, ValueSlice.Absent, name.ToArray(), own));
        }
    }

    /// <summary>By family the attributes that match its patterns.</summary>
    private GlobAttribute[][] Globs()
    {
        GlobAttribute[][] byFamily = globs is null ? [] : [[], [], [], []];
        foreach (FamilyPlan plan in plans)
        {
            if (plan.HasGlobs)
            {
                byFamily[(int)plan.Family] =
                    candidates.FindAll(attribute => globs!.Matches(plan.Family, attribute.OwnName)).ToArray();
            }
        }

        return byFamily;
    }

    private ResourceEntry Interpret(
        byte[] bytes, SortedDictionary<string, ResourceAttribute> attributes, byte[]?[] values, ResourceTable table)
    {
        bool misses = !attributes.ContainsKey(ServiceNameAttribute);
        if (misses)
        {
            attributes[ServiceNameAttribute] = new(ServiceNameAttribute, TextKind.String, SpanRules.UnknownService);
            serviceNameIsString = true;
        }

        ResourceAttribute serviceName = attributes[ServiceNameAttribute];
        ResourceAttribute none = new(ServiceNamespaceAttribute, TextKind.Absent, "");
        ResourceAttribute serviceNamespace = attributes.GetValueOrDefault(ServiceNamespaceAttribute, none);
        // The text of an array names the job, but is no string: the connector leaves the dimension empty.
        ResourceAttribute dimension = serviceNameIsString ? serviceName : new(ServiceNameAttribute, TextKind.Absent, "");
        ResourceAttribute[] identity = [];
        List<ResourceAttribute> descriptive = [];
        string ofFilter = serviceName.Text;
        if (rules.IncludeResource)
        {
            identity = Identity(attributes, out HashSet<string> used);
            descriptive = Descriptive(attributes, used);
        }
        else
        {
            // What the points do not show cannot tell writers apart: the job is what the dimension says.
            serviceNamespace = none;
            serviceName = rules.IncludeServiceName ? dimension : new(ServiceNameAttribute, TextKind.Absent, "");
        }

        string groupKey = GroupKey(serviceNamespace, serviceName, identity);
        return new ResourceEntry
        {
            Bytes = bytes,
            Index = table.Count,
            GroupIndex = table.GroupIndex(groupKey, () => new ResourceGroup(serviceNamespace, serviceName, identity)),
            Variant = table.Variant(groupKey + "|" + dimension.Kind),
            ServiceNameDimension = dimension,
            MissesServiceName = misses,
            Descriptive = descriptive,
            Values = values,
            ExtraKeyBytes = ExtraKeyBytes(values),
            Globs = Globs(),
            FilterVerdicts = filter?.JudgeResource(values, ofFilter) ?? [],
        };
    }

    private ResourceAttribute[] Identity(SortedDictionary<string, ResourceAttribute> attributes, out HashSet<string> used)
    {
        used = new HashSet<string>(StringComparer.Ordinal);
        List<ResourceAttribute> identity = [];
        if (rules.AllAttributesAreIdentity)
        {
            foreach (ResourceAttribute attribute in attributes.Values)
            {
                AddIdentity(attribute, attribute.Name, identity, used);
            }
        }
        else if (rules.IdentityAttributes.Count == 0)
        {
            AddIdentity(attributes.GetValueOrDefault(ServiceNamespaceAttribute), ServiceNamespaceAttribute, identity, used);
            AddIdentity(attributes[ServiceNameAttribute], ServiceNameAttribute, identity, used);
            bool newer = attributes.ContainsKey(SpanRules.EnvironmentAttribute);
            string environment = newer ? SpanRules.EnvironmentAttribute : SpanRules.OlderEnvironmentAttribute;
            AddIdentity(attributes.GetValueOrDefault(environment), SpanRules.EnvironmentAttribute, identity, used);
            used.Add(environment);
        }
        else
        {
            foreach (string name in rules.IdentityAttributes)
            {
                AddIdentity(attributes.GetValueOrDefault(name), name, identity, used);
            }
        }

        identity.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return [.. identity];
    }

    private static void AddIdentity(ResourceAttribute attribute, string name, List<ResourceAttribute> identity, HashSet<string> used)
    {
        if (used.Add(name) && attribute.Kind != TextKind.Absent && identity.Count < SpanRules.MaxResourceAttributes)
        {
            identity.Add(attribute with { Name = name });
        }
    }

    private static List<ResourceAttribute> Descriptive(SortedDictionary<string, ResourceAttribute> attributes, HashSet<string> used)
    {
        List<ResourceAttribute> descriptive = [];
        foreach (ResourceAttribute attribute in attributes.Values)
        {
            if (attribute.Kind != TextKind.Absent && !used.Contains(attribute.Name) && descriptive.Count < SpanRules.MaxResourceAttributes)
            {
                descriptive.Add(attribute);
            }
        }

        return descriptive;
    }

    private int ExtraKeyBytes(byte[]?[] values)
    {
        int bytes = defaultBytes;
        foreach (byte[]? value in values)
        {
            bytes += value?.Length ?? 0;
        }

        return bytes;
    }

    // Kinds are in the key: groups that differ in a kind only are joined by merge, where all resources meet.
    private static string GroupKey(ResourceAttribute serviceNamespace, ResourceAttribute serviceName, ResourceAttribute[] identity)
    {
        StringBuilder key = new();
        Append(serviceNamespace, key);
        Append(serviceName, key);
        foreach (ResourceAttribute attribute in identity)
        {
            Append(attribute, key);
        }

        return key.ToString();
    }

    private static void Append(ResourceAttribute attribute, StringBuilder key) =>
        key.Append(attribute.Name.Length).Append(':').Append(attribute.Name).Append('=').Append((int)attribute.Kind)
            .Append(attribute.Text.Length).Append(':').Append(attribute.Text);
}
