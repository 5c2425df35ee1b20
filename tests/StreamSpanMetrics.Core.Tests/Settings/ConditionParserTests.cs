using StreamSpanMetrics.Core.Settings.Conditions;
using StreamSpanMetrics.Core.Spans.Conditions;

namespace StreamSpanMetrics.Core.Tests.Settings;

/// <summary>What is a condition, and what is said of what is none. Meanings: ConditionTests.</summary>
public sealed class ConditionParserTests
{
    [Theory]
    [InlineData("span.status.code = 2", 18, "=", "expected a comparison")]
    [InlineData("name", 5, "", "expected a comparison")]
    [InlineData("", 1, "", "expected a field or a literal")]
    [InlineData("name == ", 9, "", "expected a field or a literal")]
    [InlineData("attributes[\"a\"] == nil and", 27, "", "expected a field or a literal")]
    [InlineData("foo == 1", 1, "foo", "expected a known field")]
    [InlineData("span.trace_id.string == \"x\"", 1, "span.trace_id.string", "expected a known field")]
    [InlineData("spanevent.name == \"x\"", 1, "spanevent.name", "expected a known field")]
    [InlineData("kind.deprecated_string == \"x\"", 1, "kind.deprecated_string", "expected a known field")]
    [InlineData("span. == 1", 7, "==", "expected the name of a field")]
    [InlineData("attributes == nil", 12, "==", "expected '['")]
    [InlineData("attributes['a'] == 1", 12, "'", "expected the name of an attribute in double quotes")]
    [InlineData("attributes[\"a\"][\"b\"] == 1", 16, "[", "expected a comparison")]
    [InlineData("attributes[\"a\" == 1", 16, "==", "expected ']'")]
    [InlineData("attributes[\"a == 1", 12, "\"a == 1", "expected the name of an attribute in double quotes")]
    [InlineData("name == \"a\\q\"", 9, "\"a\\q", "expected a field or a literal")]
    [InlineData("name == \"a\\xFF\"", 9, "\"a\\x", "expected a field or a literal")]
    [InlineData("kind == SPAN_KIND_FOO", 9, "SPAN_KIND_FOO", "expected a known word")]
    [InlineData("kind == Server", 9, "Server", "expected a known word")]
    [InlineData("kind == 99999999999999999999", 9, "99999999999999999999", "expected a number of 64 bits")]
    [InlineData("kind == 2e2", 10, "e2", "expected 'and', 'or' or the end")]
    [InlineData("name == \"a\" AND true", 13, "AND", "expected 'and', 'or' or the end")]
    [InlineData("name == \"a\" && true", 13, "&", "expected 'and', 'or' or the end")]
    [InlineData("name == \"a\" == true", 13, "==", "expected 'and', 'or' or the end")]
    [InlineData("kind == 1 + 1", 11, "+", "expected 'and', 'or' or the end")]
    [InlineData("not not true", 5, "not", "expected a known field")]
    [InlineData("!true", 1, "!", "expected a field or a literal")]
    [InlineData("(name == \"a\"", 13, "", "expected ')'")]
    [InlineData("name == \"a\")", 12, ")", "expected 'and', 'or' or the end")]
    [InlineData("name == span.name", 9, "span", "expected a literal")]
    [InlineData("IsMatch(name)", 13, ")", "expected ','")]
    [InlineData("IsMatch name", 9, "name", "expected '('")]
    [InlineData("IsMatch(\"a\", \"a\")", 9, "\"a\"", "expected a field")]
    [InlineData("IsMatch(name, kind)", 15, "kind", "expected an expression in double quotes")]
    [InlineData("IsMatch(name, \"[\")", 15, "\"[\"", "expected a regular expression")]
    [InlineData("IsMatch(name, \"a(?=b)\")", 15, "\"a(?=b)\"", "expected a regular expression")]
    [InlineData("IsMatch(name, \"[[:alpha:]]\")", 15, "\"[[:alpha:]]\"", "expected a regular expression")]
    [InlineData("IsMatch(name, \"a\", \"b\")", 18, ",", "expected ')'")]
    [InlineData("IsString(name)", 1, "IsString", "expected a known word")]
    [InlineData("name == [\"a\"]", 9, "[", "expected a field or a literal")]
    [InlineData("name \U0001F600 \"a\"", 6, "\U0001F600", "expected a comparison")]
    public void What_is_no_condition_is_refused_where_it_goes_wrong(string text, int position, string found, string message)
    {
        Assert.False(ConditionParser.TryParse(text, isOfEvents: false, out Condition? condition, out ConditionProblem problem));
        Assert.Null(condition);
        Assert.Equal((position, found, message), (problem.Position, problem.Found, problem.Message));
        Assert.NotEmpty(problem.Hint);
    }

    [Theory]
    [InlineData("kind == 1", 1)]
    [InlineData("status.code == 1", 1)]
    [InlineData("name == \"a\" or spanevent.kind == 1", 16)]
    public void Fields_of_the_span_need_their_prefix_where_events_are_counted(string text, int position)
    {
        Assert.False(ConditionParser.TryParse(text, isOfEvents: true, out _, out ConditionProblem problem));
        Assert.Equal((position, "expected a known field", ConditionFields.OfEvents), (problem.Position, problem.Message, problem.Hint));
    }

    [Fact]
    public void Parentheses_have_a_limit()
    {
        Assert.True(ConditionParser.TryParse(Nested(64), isOfEvents: false, out _, out _));
        Assert.False(ConditionParser.TryParse(Nested(65), isOfEvents: false, out _, out ConditionProblem problem));
        Assert.Equal(65, problem.Position);

        static string Nested(int depth) => new string('(', depth) + "true" + new string(')', depth);
    }

    [Theory]
    [InlineData("\"a\\x62c\"", "abc")]
    [InlineData("\"a\\u0062c \\U0001F600\"", "abc \U0001F600")]
    [InlineData("\"\\t\\\"\\\\\"", "\t\"\\")]
    [InlineData("\"größe\"", "größe")]
    [InlineData("\"\"", "")]
    public void Texts_are_those_of_Go(string written, string text) => Assert.Equal(text, Literal(written).Text);

    [Fact]
    public void Numbers_have_a_sign_and_a_kind()
    {
        Assert.Equal((ConditionValueKind.Integer, -200), (Literal("-200").Kind, Literal("-200").Integer));
        Assert.Equal((ConditionValueKind.Integer, 2), (Literal("SPAN_KIND_SERVER").Kind, Literal("STATUS_CODE_ERROR").Integer));
        Assert.Equal((ConditionValueKind.Double, -0.25), (Literal("-.25").Kind, Literal("-.25").Double));
        Assert.Equal(1500.0, Literal("+1.5e3").Double);
        Assert.Equal((ConditionValueKind.Flag, ConditionValueKind.Nil), (Literal("true").Kind, Literal("nil").Kind));
    }

    [Theory]
    [InlineData("attributes [ \"a\" ]==\"x\"", OperandField.SpanAttribute)]
    [InlineData("span.kind.string == \"x\"", OperandField.SpanKindText)]
    [InlineData("resource.attributes[\"a\"] == \"x\"", OperandField.ResourceAttribute)]
    public void Paths_are_fields(string text, OperandField field)
    {
        Assert.True(ConditionParser.TryParse(text, isOfEvents: false, out Condition? condition, out _));
        Assert.Equal(field, Assert.IsType<ComparisonCondition>(condition).Left.Field);
    }

    private static Operand Literal(string written)
    {
        Assert.True(
            ConditionParser.TryParse($"name == {written}", isOfEvents: false, out Condition? condition, out ConditionProblem problem),
            problem.ToString());
        return Assert.IsType<ComparisonCondition>(condition).Right;
    }
}
