using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Tests.Configuration;

public sealed class PathSelectionTests
{
    private const string Two =
        """
        receivers:
          kafka/a: {brokers: ["a:1"], traces: {topics: [a]}}
          kafka/b: {brokers: ["a:1"], traces: {topics: [b]}}
        connectors:
          span_metrics/a: {namespace: a}
          span_metrics/b: {namespace: b}
        exporters:
          kafka/a: {metrics: {topic: ma}}
          kafka/b: {metrics: {topic: mb}}
          prometheusremotewrite/a: {endpoint: "http://a/"}
          prometheusremotewrite/b: {endpoint: "http://b/"}
        """;

    private const string Pipelines =
        """

        service:
          pipelines:
            traces/a: {receivers: [kafka/a], exporters: [span_metrics/a]}
            traces/b: {receivers: [kafka/b], exporters: [span_metrics/b]}
            metrics/a: {receivers: [span_metrics/a], exporters: [kafka/a, prometheusremotewrite/a]}
            metrics/b: {receivers: [span_metrics/b], exporters: [kafka/b, prometheusremotewrite/b]}
        """;

    [Fact]
    public void Several_candidates_must_be_decided()
    {
        ConfigurationResult result = SettingsFiles.Load(Two);

        Assert.Null(result.Settings);
        Assert.Equal(
            ["stream.receiver", "stream.connector", "stream.exporter", "stream.exporter"],
            result.Problems.Select(problem => problem.Hint!["name the one to use in ".Length..]));
    }

    [Fact]
    public void The_stream_section_decides()
    {
        ProcessorSettings settings = SettingsFiles.Settings(
            Two + "\nstream: {receiver: kafka/b, connector: span_metrics/a, exporter: [kafka/b, prometheusremotewrite/a]}");

        Assert.Equal(("b", "a", "mb", "http://a/"), Choice(settings));
    }

    [Fact]
    public void The_pipelines_of_the_chosen_connector_decide_the_rest()
    {
        ConfigurationResult result = SettingsFiles.Load(Two + Pipelines + "\nstream: {connector: span_metrics/b}");

        Assert.Equal(("b", "b", "mb", "http://b/"), Choice(result.Settings!));
        Assert.Equal(
            [
                "receivers.kafka/a", "connectors.span_metrics/a", "exporters.kafka/a", "exporters.prometheusremotewrite/a",
                "service.pipelines.traces/a", "service.pipelines.metrics/a",
            ],
            result.Problems.Select(problem => problem.Path));
    }

    [Fact]
    public void An_exporter_beside_the_path_is_not_run()
    {
        const string File =
            """
            receivers: {kafka: }
            connectors: {span_metrics: }
            exporters: {kafka: {metrics: {topic: elsewhere}}, debug: }
            service:
              pipelines:
                traces: {receivers: [kafka], exporters: [span_metrics, kafka]}
                metrics: {receivers: [span_metrics], exporters: [debug]}
            """;

        ConfigurationResult result = SettingsFiles.Load(File);

        Assert.Equal("otlp_metrics", result.Settings!.MetricsTopic.Topic);
        Assert.Null(result.Settings.RemoteWrite);
        Assert.Equal(["exporters.kafka", "exporters.debug"], result.Problems.Select(problem => problem.Path));
    }

    [Fact]
    public void Processors_of_pipelines_beside_the_path_do_not_matter()
    {
        const string File =
            """
            receivers: {kafka: , otlp: }
            processors: {transform: }
            connectors: {span_metrics: }
            service:
              pipelines:
                traces: {receivers: [kafka], exporters: [span_metrics]}
                traces/otlp: {receivers: [otlp], processors: [transform], exporters: [span_metrics]}
            """;

        ConfigurationResult result = SettingsFiles.Load(File);

        Assert.NotNull(result.Settings);
        Assert.Equal(
            ["receivers.otlp", "processors.transform", "service.pipelines.traces/otlp"], result.Problems.Select(problem => problem.Path));
    }

    [Fact]
    public void Without_a_receiver_the_exporter_says_where_the_brokers_are()
    {
        ProcessorSettings settings = SettingsFiles.Settings("connectors: {span_metrics: }\nexporters: {kafka: {brokers: ['k:9092']}}");

        Assert.Equal(["k:9092"], settings.Source.Kafka.Brokers);
    }

    [Fact]
    public void A_broker_without_a_port_has_the_usual_one()
    {
        const string File = "connectors: {span_metrics: }\nreceivers: {kafka: {brokers: kafka}}\nexporters: {kafka: {brokers: ['kafka:9092']}}";

        Assert.Equal(["kafka:9092"], SettingsFiles.Settings(File).Source.Kafka.Brokers);
    }

    [Fact]
    public void A_short_session_shortens_the_transactions()
    {
        ProcessorSettings settings = SettingsFiles.Settings("connectors: {span_metrics: }\nreceivers: {kafka: {session_timeout: 6s}}");

        Assert.Equal(TimeSpan.FromMilliseconds(4800), settings.Stream.TransactionTimeout);
    }

    private static (string Topic, string Namespace, string MetricsTopic, string Endpoint) Choice(ProcessorSettings settings)
    {
        return (
            settings.Source.Topic, settings.Connector.Namespace, settings.MetricsTopic.Topic, settings.RemoteWrite!.Endpoint.ToString());
    }
}
