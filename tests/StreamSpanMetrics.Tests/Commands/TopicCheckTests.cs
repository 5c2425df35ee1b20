using System.Text.Json;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Tests.Commands;

public sealed class TopicCheckTests
{
    private static readonly ProcessorSettings Settings = new();
    private static readonly TopicCheck Check = new(Settings);
    private static readonly IReadOnlyList<TopicPlan> Plans = TopicPlan.For(Settings);

    [Fact]
    public void Topics_as_planned_have_no_problems()
    {
        Assert.All(Plans, plan => Assert.Empty(Judge(plan.Name).Problems));
    }

    [Fact]
    public void Internal_topics_are_not_missed_before_the_first_start()
    {
        TopicFinding[] findings = [.. Plans.Select(plan => Check.Missing(plan, hasStarted: false))];

        TopicFinding source = findings[0];
        Assert.Equal(TopicPresence.Missing, source.Presence);
        Assert.Contains("--create", Assert.Single(source.Problems).Hint, StringComparison.Ordinal);
        Assert.All(findings[1..], finding => Assert.Equal(TopicPresence.AtFirstStart, finding.Presence));
        Assert.All(findings[1..], finding => Assert.Empty(finding.Problems));
    }

    [Fact]
    public void An_internal_topic_that_is_gone_after_the_first_start_is_an_error()
    {
        TopicFinding finding = Check.Missing(Plan("spanmetrics.deltas"), hasStarted: true);

        Assert.Equal(TopicPresence.Missing, finding.Presence);
        Assert.True(Assert.Single(finding.Problems).IsError);
    }

    [Fact]
    public void Producers_clocks_on_the_source_are_worth_advice_only()
    {
        TopicProblem problem = Assert.Single(Judge("otlp_spans", config: ("message.timestamp.type", "CreateTime")).Problems);

        Assert.False(problem.IsError);
        Assert.Equal("set message.timestamp.type=LogAppendTime", problem.Hint);
    }

    [Fact]
    public void The_source_may_have_any_number_of_partitions()
    {
        Assert.Empty(Judge("otlp_spans", partitions: 96).Problems);
    }

    [Theory]
    [InlineData("604800000", "7 days")]
    [InlineData("86400000", "24 h")]
    [InlineData("90000", "90 s")]
    [InlineData("-1", "for ever")]
    public void How_long_spans_are_kept_is_told(string retention, string told)
    {
        TopicFinding finding = Judge("otlp_spans", config: ("retention.ms", retention));

        Assert.Contains(told, Assert.Single(finding.Notes), StringComparison.Ordinal);
        Assert.Empty(finding.Problems);
    }

    [Theory]
    [InlineData("otlp_spans", "cleanup.policy", "compact,delete")]
    [InlineData("spanmetrics.deltas", "cleanup.policy", "compact")]
    [InlineData("spanmetrics.state", "cleanup.policy", "delete")]
    [InlineData("spanmetrics.state", "cleanup.policy", "compact,delete")]
    [InlineData("otlp_metrics", "cleanup.policy", "compact")]
    [InlineData("spanmetrics.deltas", "message.timestamp.type", "CreateTime")]
    [InlineData("otlp_metrics", "message.timestamp.type", "CreateTime")]
    [InlineData("spanmetrics.deltas", "retention.ms", "86399999")]
    [InlineData("spanmetrics.state", "max.message.bytes", "900000")]
    public void A_setting_that_loses_data_is_an_error_with_the_setting_to_make(string topic, string name, string value)
    {
        TopicProblem problem = Assert.Single(Judge(topic, config: (name, value)).Problems);

        Assert.True(problem.IsError);
        Assert.Contains($"{name} is {value}", problem.Message, StringComparison.Ordinal);
        Assert.StartsWith($"set {name}=", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Deltas_that_are_kept_for_ever_are_fine()
    {
        Assert.Empty(Judge("spanmetrics.deltas", config: ("retention.ms", "-1")).Problems);
    }

    [Fact]
    public void Another_number_of_partitions_is_an_error()
    {
        TopicProblem problem = Assert.Single(Judge("spanmetrics.state", partitions: 3).Problems);

        Assert.True(problem.IsError);
        Assert.Equal("it has 3 partitions, but should have 4", problem.Message);
        Assert.Contains("stream.shards", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_has_a_paragraph_for_each_topic()
    {
        using StringWriter writer = new();
        TopicPrinter.PrintText(
            [
                Judge("otlp_spans", config: ("message.timestamp.type", "CreateTime")),
                Judge("spanmetrics.deltas", partitions: 1),
                Check.Missing(Plan("spanmetrics.dlq"), hasStarted: false),
            ],
            writer);

        Assert.Equal(
            "otlp_spans: 4 partitions\n"
                + "    message.timestamp.type=CreateTime\n"
                + "    advice: message.timestamp.type is CreateTime: steps follow the clocks of the producers, and a step closes seconds later\n"
                + "        hint: set message.timestamp.type=LogAppendTime\n"
                + "spanmetrics.deltas: 1 partition\n"
                + "    cleanup.policy=delete, message.timestamp.type=LogAppendTime, retention.ms=86400000\n"
                + "    error: it has 1 partitions, but should have 4\n"
                + "        hint: stream.shards is fixed at the first start: set it to the number of partitions, or start under another "
                + "stream.application_id\n"
                + "spanmetrics.dlq: will be created at the first start, with 1 partition\n"
                + "not usable: 1 error, 1 advice\n",
            writer.ToString());
    }

    [Fact]
    public void Json_says_the_same()
    {
        using StringWriter writer = new();
        TopicPrinter.PrintJson([Judge("otlp_spans"), Check.Missing(Plan("spanmetrics.dlq"), hasStarted: true)], writer);

        using JsonDocument document = JsonDocument.Parse(writer.ToString());
        Assert.False(document.RootElement.GetProperty("ok").GetBoolean());
        JsonElement source = document.RootElement.GetProperty("topics")[0];
        Assert.Equal("LogAppendTime", source.GetProperty("settings").GetProperty("message.timestamp.type").GetString());
        Assert.Equal(4, source.GetProperty("partitions").GetInt32());
        JsonElement deadLetters = document.RootElement.GetProperty("topics")[1];
        Assert.False(deadLetters.GetProperty("exists").GetBoolean());
        Assert.Equal("error", deadLetters.GetProperty("problems")[0].GetProperty("severity").GetString());
    }

    private static TopicPlan Plan(string name) => Plans.Single(plan => plan.Name == name);

    private static TopicFinding Judge(string name, int? partitions = null, (string Name, string Value)? config = null)
    {
        TopicPlan plan = Plan(name);
        Dictionary<string, string> configs = new(plan.Configs);
        if (config is (string changed, string value))
        {
            configs[changed] = value;
        }

        return Check.Judge(plan, TopicPresence.Present, partitions ?? plan.Partitions, configs);
    }
}
