namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>
/// A condition ready to be applied: its tests, each with the next one for both answers, so that "and", "or" and "not" are only ways from
/// one to another. Nothing is allocated where a condition is applied. Not thread-safe.
/// </summary>
internal sealed class ConditionProgram
{
    private const int Yes = -1;
    private const int No = -2;

    private readonly List<ConditionTest> tests = [];
    private readonly AttributeSlots slots;
    private readonly int first;

    /// <summary>Compiles <paramref name="condition"/>, whose attributes have slots in <paramref name="slots"/>.</summary>
    public ConditionProgram(Condition condition, AttributeSlots slots)
    {
        this.slots = slots;
        first = Compile(condition, Yes, No);
    }

    /// <summary>Whether the condition holds.</summary>
    public bool Holds(ConditionInput input)
    {
        int at = first;
        while (at >= 0)
        {
            ConditionTest test = tests[at];
            at = test.Holds(input) ? test.OnTrue : test.OnFalse;
        }

        return at == Yes;
    }

    // From the end to the beginning: where a test leads has to be known when it is made.
    private int Compile(Condition condition, int onTrue, int onFalse)
    {
        switch (condition)
        {
            case ConstantCondition constant:
                return constant.Value ? onTrue : onFalse;
            case NotCondition not:
                return Compile(not.Inner, onFalse, onTrue);
            case JoinedCondition joined:
                int next = joined.IsAll ? onTrue : onFalse;
                for (int part = joined.Parts.Count - 1; part >= 0; part--)
                {
                    next = joined.IsAll ? Compile(joined.Parts[part], next, onFalse) : Compile(joined.Parts[part], onTrue, next);
                }

                return next;
            case MatchCondition match:
                tests.Add(new ConditionTest(match, slots) { OnTrue = onTrue, OnFalse = onFalse });
                return tests.Count - 1;
            default:
                tests.Add(new ConditionTest((ComparisonCondition)condition, slots) { OnTrue = onTrue, OnFalse = onFalse });
                return tests.Count - 1;
        }
    }
}
