using System.Text;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Decides which spans are counted. Says for a span that is not why: 0 if no include rule holds, else the number of the exclude rule that
/// does, from 1 in the order of the settings. Not thread-safe.
/// </summary>
public sealed class SpanFilter
{
    /// <summary>The span is counted.</summary>
    public const int Kept = -1;

    /// <summary>The span is dropped because there are include rules and none of them holds.</summary>
    public const int NotIncluded = 0;

    private readonly SpanFilterCheck[] include;
    private readonly SpanFilterCheck[] exclude;
    private readonly int verdictCount;

    /// <summary>Compiles <paramref name="rules"/>, of which there is at least one.</summary>
    public SpanFilter(SpanFilterRules rules, AttributeSlots attributes)
    {
        include = Compile(rules.Include, attributes, ref verdictCount);
        exclude = Compile(rules.Exclude, attributes, ref verdictCount);
    }

    /// <summary>
    /// What the rules make of a resource: to be kept with it and given to <see cref="Judge"/>. <paramref name="values"/> are the AnyValues
    /// of its attributes by slot, null where it has none.
    /// </summary>
    public bool[] JudgeResource(byte[]?[] values, string serviceName)
    {
        bool[] verdicts = new bool[verdictCount];
        byte[] service = Encoding.UTF8.GetBytes(serviceName);
        foreach (SpanFilterCheck check in include)
        {
            check.JudgeResource(values, service, verdicts);
        }

        foreach (SpanFilterCheck check in exclude)
        {
            check.JudgeResource(values, service, verdicts);
        }

        return verdicts;
    }

    /// <summary><see cref="Kept"/>, or the reason why the span in <paramref name="view"/> is not counted.</summary>
    public int Judge(ReadOnlySpan<byte> record, SpanView view, ResourceEntry resource)
    {
        bool[] verdicts = resource.FilterVerdicts;
        for (int index = 0; index < exclude.Length; index++)
        {
            if (exclude[index].Holds(record, view, verdicts))
            {
                return index + 1;
            }
        }

        foreach (SpanFilterCheck check in include)
        {
            if (check.Holds(record, view, verdicts))
            {
                return Kept;
            }
        }

        return include.Length == 0 ? Kept : NotIncluded;
    }

    private static SpanFilterCheck[] Compile(IReadOnlyList<SpanFilterRule> rules, AttributeSlots attributes, ref int verdicts)
    {
        SpanFilterCheck[] checks = new SpanFilterCheck[rules.Count];
        for (int index = 0; index < checks.Length; index++)
        {
            checks[index] = new SpanFilterCheck(rules[index], attributes, verdicts);
            verdicts += checks[index].VerdictCount;
        }

        return checks;
    }
}
