namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>A real Collector with the same work: Kafka receiver, span_metrics, remote write.</summary>
internal static class CollectorMeasure
{
    /// <summary>Runs a Collector over the topic until the sink has all call counts; null if there is none on PATH.</summary>
    public static async Task<Figures?> MeasureAsync(FilledTopic topic, TopicOptions options)
    {
        string? program = ProgramPath.Find("otelcol") ?? ProgramPath.Find("otelcol-contrib");
        if (program is null)
        {
            return null;
        }

        await using SampleSink sink = await SampleSink.StartAsync();
        using TemporaryFolder folder = new();
        string group = topic.Name + ".collector";
        string file = folder.Write("collector.yaml", Settings(topic, group, options, sink.Address));
        await using ChildProcess collector = ChildProcess.Start(program, ["--config", file]);
        MeasuredReader reader = new(collector, topic, sink);
        return await reader.MeasureAsync("Collector", "Everything is ready", group);
    }

    // Offsets are committed behind the connector and often, so that they tell when all is counted.
    private static string Settings(FilledTopic topic, string group, TopicOptions options, Uri sink) => $$"""
        receivers:
          kafka:
            brokers: ["{{topic.BootstrapServers}}"]
            group_id: {{group}}
            initial_offset: earliest
            autocommit: {enable: true, interval: 100ms}
            message_marking: {after: true}
            traces: {topics: [{{topic.Name}}], encoding: otlp_proto}
        {{ArticleSettings.Connectors(options.Step)}}
        exporters:
          prometheusremotewrite:
            endpoint: "{{sink}}"
            target_info: {enabled: true}
        service:
          telemetry: {metrics: {level: none} }
          pipelines:
            traces: {receivers: [kafka], exporters: [span_metrics]}
            metrics: {receivers: [span_metrics], exporters: [prometheusremotewrite]}
        """;
}
