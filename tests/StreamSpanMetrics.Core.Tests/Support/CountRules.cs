using StreamSpanMetrics.Core.Settings.Conditions;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Spans.Conditions;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>Short forms for metrics of the count connector.</summary>
internal static class CountRules
{
    /// <summary>A list of metrics.</summary>
    public static IReadOnlyList<CountRule> Make(params CountRule[] rules) => rules;

    /// <summary>A metric of spans under a condition, by these attributes.</summary>
    public static CountRule Of(string name, string condition, params string[] attributes) =>
        new(name, IsOfEvents: false) { Condition = Read(condition, isOfEvents: false), Attributes = Attributes(attributes) };

    /// <summary>The same of span events.</summary>
    public static CountRule OfEvents(string name, string condition, params string[] attributes) =>
        new(name, IsOfEvents: true) { Condition = Read(condition, isOfEvents: true), Attributes = Attributes(attributes) };

    private static Condition Read(string text, bool isOfEvents)
    {
        Assert.True(ConditionParser.TryParse(text, isOfEvents, out Condition? condition, out ConditionProblem problem), problem.ToString());
        return condition;
    }

    private static IReadOnlyList<DimensionRule> Attributes(string[] names) => [.. names.Select(name => new DimensionRule(name))];
}
