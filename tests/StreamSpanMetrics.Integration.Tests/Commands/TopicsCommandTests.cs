using System.CommandLine;
using Confluent.Kafka;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Commands;

public sealed class TopicsCommandTests(KafkaFixture kafka)
{
    [Fact]
    public async Task Missing_topics_are_reported_created_and_then_well()
    {
        string servers = await kafka.RequireAsync();
        string id = Topics.UniqueName("topics");

        (int code, string text) = await RunAsync(servers, id);
        Assert.Equal(4, code);
        Assert.Contains($"{id}-spans: missing\n", text, StringComparison.Ordinal);
        Assert.Contains($"{id}.deltas: will be created at the first start, with 3 partitions\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Names(servers), name => name.StartsWith(id, StringComparison.Ordinal));

        (code, text) = await RunAsync(servers, id, "--create");
        Assert.Equal(0, code);
        Assert.Contains($"{id}-spans: 5 partitions, created\n", text, StringComparison.Ordinal);
        Assert.Contains($"{id}.dlq: 1 partition, created\n", text, StringComparison.Ordinal);

        (code, text) = await RunAsync(servers, id, "--output", "json");
        Assert.Equal(0, code);
        Assert.Contains("\"ok\": true", text, StringComparison.Ordinal);
        Assert.Contains("\"message.timestamp.type\": \"LogAppendTime\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_are_found()
    {
        string servers = await kafka.RequireAsync();
        string id = Topics.UniqueName("topics");
        await Topics.CreateAsync(servers, id + "-spans", partitions: 2);
        await Topics.CreateAsync(servers, id + ".deltas", partitions: 3, new Dictionary<string, string>
        {
            ["message.timestamp.type"] = "LogAppendTime",
            ["retention.ms"] = "60000",
        });

        (int code, string text) = await RunAsync(servers, id);

        Assert.Equal(4, code);
        Assert.Contains("advice: message.timestamp.type is CreateTime", text, StringComparison.Ordinal);
        Assert.Contains("error: retention.ms is 60000 (60 s)", text, StringComparison.Ordinal);
        Assert.Contains("not usable: 1 error, 1 advice\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_first_start_a_lost_topic_is_not_created_anew()
    {
        string servers = await kafka.RequireAsync();
        string id = Topics.UniqueName("topics");
        Assert.Equal(0, (await RunAsync(servers, id, "--create")).Code);
        using (IProducer<string, string> producer = new ProducerBuilder<string, string>(
            new ProducerConfig { BootstrapServers = servers }).Build())
        {
            await producer.ProduceAsync(
                new TopicPartition(id + ".state", 0), new Message<string, string> { Key = "stands for", Value = "a control record" },
                TestContext.Current.CancellationToken);
        }

        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        await admin.DeleteTopicsAsync([id + ".deltas"]);
        await Eventually.TrueAsync(() => !Names(servers).Contains(id + ".deltas"), () => "the topic does not go away");

        (int code, string text) = await RunAsync(servers, id, "--create");

        Assert.Equal(4, code);
        Assert.Contains($"{id}.deltas: missing\n    error: it does not exist, but the application '{id}' has run", text, StringComparison.Ordinal);
        Assert.DoesNotContain(id + ".deltas", Names(servers));
    }

    [Fact]
    public async Task Without_a_broker_the_command_ends_with_one_line()
    {
        using PortLease port = new();

        (int code, string text) = await RunAsync($"127.0.0.1:{port.Port}", "nobody");

        Assert.Equal(3, code);
        Assert.StartsWith($"no broker at 127.0.0.1:{port.Port} answered within 10 s: ", text, StringComparison.Ordinal);
        Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
    }

    private static async Task<(int Code, string Text)> RunAsync(string servers, string id, params string[] options)
    {
        string settings = $$"""
            receivers:
              kafka:
                brokers: ["{{servers}}"]
                traces: {topics: [{{id}}-spans]}
            connectors:
              span_metrics: {}
            exporters:
              kafka:
                brokers: ["{{servers}}"]
                metrics: {topic: {{id}}-metrics}
            stream:
              application_id: {{id}}
              shards: 3
              source_partitions: 5
            service:
              pipelines:
                traces: {receivers: [kafka], exporters: [span_metrics]}
                metrics: {receivers: [span_metrics], exporters: [kafka]}
            """;
        using TemporaryFolder folder = new();
        using StringWriter output = new() { NewLine = "\n" };
        string file = folder.Write("settings.yaml", settings);
        RootCommand root = new() { TopicsCommand.Create() };
        int code = await CommandLine.RunAsync(root, ["topics", "--config", file, .. options], output, output);
        return (code, output.ToString());
    }

    private static IReadOnlyList<string> Names(string servers)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        return [.. admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Select(topic => topic.Topic)];
    }
}
