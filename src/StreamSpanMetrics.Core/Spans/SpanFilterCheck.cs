using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// A filter rule ready to be applied. What depends on the resource alone is worked out once for each resource, as a list of verdicts: one
/// for its own conditions, then one for each attribute that a span may lack. Not thread-safe.
/// </summary>
internal sealed class SpanFilterCheck
{
    /// <summary>Any number, also one outside the specification, whose bit no list of numbers sets.</summary>
    private const uint Any = uint.MaxValue;

    private readonly uint kinds;
    private readonly uint statuses;
    private readonly TextMatcher? name;
    private readonly TextMatcher? serviceName;
    private readonly int[] slots;
    private readonly TextMatcher[] matchers;
    private readonly int[] resourceSlots;
    private readonly TextMatcher[] resourceMatchers;

    /// <summary>Compiles <paramref name="rule"/>, whose verdicts stand from <paramref name="firstVerdict"/> on.</summary>
    public SpanFilterCheck(SpanFilterRule rule, AttributeSlots attributes, int firstVerdict)
    {
        FirstVerdict = firstVerdict;
        kinds = Mask(rule.Kinds);
        statuses = Mask(rule.Statuses);
        name = rule.Name is null ? null : new TextMatcher(rule.Name, ofValues: false);
        serviceName = rule.ServiceName is null ? null : new TextMatcher(rule.ServiceName, ofValues: false);
        (slots, matchers) = Compile(rule.Attributes, attributes);
        (resourceSlots, resourceMatchers) = Compile(rule.ResourceAttributes, attributes);
    }

    /// <summary>Place of the first verdict among those of all rules.</summary>
    public int FirstVerdict { get; }

    /// <summary>Number of its verdicts.</summary>
    public int VerdictCount => 1 + slots.Length;

    /// <summary>Writes the verdicts on a resource with these attribute values and this service name.</summary>
    public void JudgeResource(byte[]?[] values, ReadOnlySpan<byte> service, Span<bool> verdicts)
    {
        bool holds = serviceName is null || serviceName.Matches(service);
        for (int index = 0; index < resourceSlots.Length; index++)
        {
            holds &= values[resourceSlots[index]] is byte[] value && resourceMatchers[index].Matches(value);
        }

        verdicts[FirstVerdict] = holds;
        for (int index = 0; index < slots.Length; index++)
        {
            verdicts[FirstVerdict + 1 + index] = values[slots[index]] is byte[] value && matchers[index].Matches(value);
        }
    }

    /// <summary>Whether the rule holds for the span in <paramref name="view"/>, whose resource has these verdicts.</summary>
    public bool Holds(ReadOnlySpan<byte> record, SpanView view, bool[] verdicts)
    {
        if (!verdicts[FirstVerdict]
            || (kinds & Bit(SpanText.KindByte(view.Kind))) == 0
            || (statuses & Bit(SpanText.StatusByte(view.StatusCode))) == 0)
        {
            return false;
        }

        for (int index = 0; index < slots.Length; index++)
        {
            // As for dimensions: an attribute of the span hides that of the resource, also one without a value.
            ValueSlice value = view.Values[slots[index]];
            if (!(value.IsPresent ? matchers[index].Matches(value.In(record)) : verdicts[FirstVerdict + 1 + index]))
            {
                return false;
            }
        }

        return name is null || name.Matches(view.Name.In(record));
    }

    private static (int[] Slots, TextMatcher[] Matchers) Compile(IReadOnlyList<AttributeCondition> conditions, AttributeSlots attributes)
    {
        int[] slots = new int[conditions.Count];
        TextMatcher[] matchers = new TextMatcher[conditions.Count];
        for (int index = 0; index < slots.Length; index++)
        {
            slots[index] = attributes.Of(conditions[index].Name);
            matchers[index] = new TextMatcher(conditions[index].Text, ofValues: true);
        }

        return (slots, matchers);
    }

    private static uint Mask(IReadOnlyList<int> numbers)
    {
        uint mask = 0;
        foreach (int number in numbers)
        {
            mask |= Bit((byte)number);
        }

        return numbers.Count == 0 ? Any : mask;
    }

    private static uint Bit(byte number) => 1u << Math.Min((int)number, 31);
}
