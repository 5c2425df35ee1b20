using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Spans.Conditions;

namespace StreamSpanMetrics.Core.Settings.Conditions;

/// <summary>
/// Reads conditions in the part of OTTL that this program knows: comparisons of a field with a literal, <c>IsMatch</c>, <c>and</c>,
/// <c>or</c>, <c>not</c>, parentheses. Anything else is refused with its position. One instance reads one condition.
/// </summary>
public sealed class ConditionParser
{
    private const int MaxDepth = 64;
    private const string Comparisons = "==, !=, <, <=, > or >=";
    private const string LiteralHint = "write a text in double quotes, a number, true, false, nil, or a word such as SPAN_KIND_SERVER";

    private readonly ConditionLexer lexer;
    private readonly bool isOfEvents;
    private ConditionToken token;
    private ConditionProblem? problem;
    private int depth;

    private ConditionParser(string text, bool isOfEvents)
    {
        lexer = new ConditionLexer(text);
        this.isOfEvents = isOfEvents;
        token = lexer.Next();
    }

    /// <summary>
    /// Reads <paramref name="text"/>, a condition on span events if <paramref name="isOfEvents"/>, else on spans. If it is none,
    /// <paramref name="problem"/> is the first thing that is wrong.
    /// </summary>
    public static bool TryParse(string text, bool isOfEvents, [NotNullWhen(true)] out Condition? condition, out ConditionProblem problem)
    {
        ConditionParser parser = new(text, isOfEvents);
        condition = parser.Either();
        if (condition is not null && parser.token.Kind != ConditionTokenKind.End)
        {
            condition = parser.Refuse<Condition>("expected 'and', 'or' or the end", "both are written in small letters");
        }

        problem = parser.problem ?? new ConditionProblem(0, "", "", "");
        return condition is not null;
    }

    private Condition? Either() => Joined("or", isAll: false, Both);

    private Condition? Both() => Joined("and", isAll: true, Single);

    private Condition? Joined(string word, bool isAll, Func<Condition?> readPart)
    {
        List<Condition> parts = [];
        while (true)
        {
            if (readPart() is not Condition part)
            {
                return null;
            }

            parts.Add(part);
            if (!TryTake(word))
            {
                return parts.Count == 1 ? parts[0] : new JoinedCondition(isAll, parts);
            }
        }
    }

    private Condition? Single()
    {
        if (!TryTake("not"))
        {
            return Plain();
        }

        return Plain() is Condition inner ? new NotCondition(inner) : null;
    }

    private Condition? Plain()
    {
        if (token.Is("("))
        {
            return Parenthesised();
        }

        if (token.Is("IsMatch"))
        {
            return Match();
        }

        ConditionToken first = token;
        if (ReadOperand() is not Operand left)
        {
            return null;
        }

        ComparisonOperator? by = Comparison(token);
        if (by is null)
        {
            return first.Is("true") || first.Is("false")
                ? new ConstantCondition(first.Is("true"))
                : Refuse<Condition>("expected a comparison", $"write {Comparisons} behind a value");
        }

        Take();
        ConditionToken second = token;
        if (ReadOperand() is not Operand right)
        {
            return null;
        }

        if (left.Field != OperandField.Literal && right.Field != OperandField.Literal)
        {
            return Refuse<Condition>(second, "expected a literal", "a field is compared with a literal, not with another field");
        }

        return new ComparisonCondition(left, by.Value, right);
    }

    private Condition? Parenthesised()
    {
        if (++depth > MaxDepth)
        {
            return Refuse<Condition>("expected no more parentheses", FormattableString.Invariant($"{MaxDepth} may stand in one another"));
        }

        Take();
        Condition? inner = Either();
        depth--;
        return inner is not null && Expect(")") ? inner : null;
    }

    private Condition? Match()
    {
        const string Hint = "write IsMatch(name, \"^/health\")";
        Take();
        if (!Expect("(", Hint))
        {
            return null;
        }

        ConditionToken first = token;
        if (ReadOperand() is not Operand target)
        {
            return null;
        }

        if (target.Field == OperandField.Literal)
        {
            return Refuse<Condition>(first, "expected a field", Hint);
        }

        if (!Expect(",", Hint))
        {
            return null;
        }

        ConditionToken pattern = token;
        if (pattern.Kind != ConditionTokenKind.Text)
        {
            return Refuse<Condition>("expected an expression in double quotes", Hint);
        }

        if (PatternProblem(pattern.Text) is string wrong)
        {
            return Refuse<Condition>(pattern, "expected a regular expression", wrong);
        }

        Take();
        return Expect(")", Hint) ? new MatchCondition(target, pattern.Text) : null;
    }

    // The expressions are those of Go in the Collector: what would silently mean something else is refused.
    private static string? PatternProblem(string pattern)
    {
        try
        {
            _ = new Regex(pattern, TextCondition.Options);
            return pattern.Contains("[[:", StringComparison.Ordinal) ? "classes such as [:alpha:] are not known; write [a-zA-Z]" : null;
        }
        catch (NotSupportedException)
        {
            return "look-around, back-references and atomic groups cannot be matched in time linear in the text";
        }
        catch (RegexParseException exception)
        {
            return FormattableString.Invariant($"the syntax is that of .NET, and it goes wrong behind character {exception.Offset} of it");
        }
    }

    private Operand? ReadOperand() => token.Kind switch
    {
        ConditionTokenKind.Text => Taken(new Operand(OperandField.Literal) { Kind = ConditionValueKind.Text, Text = token.Text }),
        ConditionTokenKind.Integer => ReadInteger(),
        ConditionTokenKind.Double => Taken(new Operand(OperandField.Literal)
        {
            Kind = ConditionValueKind.Double,
            Double = double.Parse(token.Written, CultureInfo.InvariantCulture),
        }),
        ConditionTokenKind.Word => ReadWord(),
        _ => Refuse<Operand>("expected a field or a literal", LiteralHint),
    };

    private Operand? ReadInteger()
    {
        if (!long.TryParse(token.Written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            return Refuse<Operand>("expected a number of 64 bits", "a larger one needs a decimal point");
        }

        return Taken(new Operand(OperandField.Literal) { Kind = ConditionValueKind.Integer, Integer = number });
    }

    private Operand? ReadWord()
    {
        switch (token.Written)
        {
            case "true" or "false":
                return Taken(new Operand(OperandField.Literal) { Kind = ConditionValueKind.Flag, Integer = token.Is("true") ? 1 : 0 });
            case "nil":
                return Taken(new Operand(OperandField.Literal));
            default:
                break;
        }

        if (ConditionFields.Numbers.TryGetValue(token.Written, out long number))
        {
            return Taken(new Operand(OperandField.Literal) { Kind = ConditionValueKind.Integer, Integer = number });
        }

        return char.IsAsciiLetterUpper(token.Written[0])
            ? Refuse<Operand>("expected a known word", "known are IsMatch, " + string.Join(", ", ConditionFields.Numbers.Keys))
            : ReadField();
    }

    private Operand? ReadField()
    {
        ConditionToken first = token;
        string path = token.Written;
        Take();
        while (TryTake("."))
        {
            path += "." + token.Written;
            if (token.Kind != ConditionTokenKind.Word)
            {
                return Refuse<Operand>("expected the name of a field", isOfEvents ? ConditionFields.OfEvents : ConditionFields.OfSpans);
            }

            Take();
        }

        if (ConditionFields.Find(path, isOfEvents) is not OperandField field)
        {
            return Refuse<Operand>(
                first with { Written = path }, "expected a known field", isOfEvents ? ConditionFields.OfEvents : ConditionFields.OfSpans);
        }

        return new Operand(field).IsAttribute ? ReadAttribute(field) : new Operand(field);
    }

    private Operand? ReadAttribute(OperandField field)
    {
        const string Hint = "write attributes[\"http.method\"]";
        if (!Expect("[", Hint))
        {
            return null;
        }

        string name = token.Text;
        if (token.Kind != ConditionTokenKind.Text)
        {
            return Refuse<Operand>("expected the name of an attribute in double quotes", Hint);
        }

        Take();
        if (!Expect("]", Hint))
        {
            return null;
        }

        return token.Is("[")
            ? Refuse<Operand>("expected a comparison", "what is inside the value of an attribute cannot be looked at")
            : new Operand(field) { AttributeName = name };
    }

    private static ComparisonOperator? Comparison(ConditionToken sign) => sign.Kind != ConditionTokenKind.Sign ? null : sign.Written switch
    {
        "==" => ComparisonOperator.Equal,
        "!=" => ComparisonOperator.NotEqual,
        "<" => ComparisonOperator.Less,
        "<=" => ComparisonOperator.LessOrEqual,
        ">" => ComparisonOperator.Greater,
        ">=" => ComparisonOperator.GreaterOrEqual,
        _ => null,
    };

    private void Take() => token = lexer.Next();

    private bool TryTake(string signOrWord)
    {
        bool matches = token.Is(signOrWord);
        if (matches)
        {
            Take();
        }

        return matches;
    }

    private Operand Taken(Operand operand)
    {
        Take();
        return operand;
    }

    private bool Expect(string sign, string hint = "every parenthesis has to be closed")
    {
        if (TryTake(sign))
        {
            return true;
        }

        Refuse<Condition>($"expected '{sign}'", hint);
        return false;
    }

    private TNode? Refuse<TNode>(string message, string hint)
        where TNode : class => Refuse<TNode>(token, message, hint);

    private TNode? Refuse<TNode>(ConditionToken found, string message, string hint)
        where TNode : class
    {
        problem ??= new ConditionProblem(found.Position + 1, found.Written, message, hint);
        return null;
    }
}
