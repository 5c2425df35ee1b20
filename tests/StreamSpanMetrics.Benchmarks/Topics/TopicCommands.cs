using System.CommandLine;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>The command <c>topic</c>, and the one with which it starts itself.</summary>
internal static class TopicCommands
{
    /// <summary><c>topic</c>: the measure on a real broker.</summary>
    public static Command Topic()
    {
        Option<string?> servers = new("--bootstrap-servers") { Description = "Broker; without it one is started from KAFKA_HOME." };
        Option<TopicShape> shape = new("--shape")
        {
            Description = "batch: 100 spans a record. trace: 3 spans of one trace a record, keyed by its id.",
            DefaultValueFactory = _ => TopicShape.Batch,
        };
        Option<int> spans = new("--spans") { Description = "Spans to fill the topic with.", DefaultValueFactory = _ => 1_000_000 };
        Option<int> series = new("--series") { Description = "Series that they have.", DefaultValueFactory = _ => 5000 };
        Option<string> step = new("--step") { Description = "Step, and flush interval of the Collector.", DefaultValueFactory = _ => "15s" };
        Option<string?> worker = new("--worker")
        {
            Description = "The worker's spanmetrics.dll, for example as published; without it the one that was built with this program.",
        };
        Option<bool> alone = new("--no-collector") { Description = "Leaves the Collector out." };
        Option<string> output = new("--output") { Description = "table or json.", DefaultValueFactory = _ => "table" };
        output.AcceptOnlyFromAmong("table", "json");
        Command command = new("topic", "Measures a bare consumer, our worker and the Collector on a topic of a real broker.")
        {
            servers, shape, spans, series, step, worker, alone, output,
        };
        command.SetAction((parsed, _) => TopicMeasure.RunAsync(
            new TopicOptions(
                parsed.GetValue(servers), parsed.GetValue(shape), parsed.GetValue(spans), parsed.GetValue(series),
                parsed.GetValue(step)!, parsed.GetValue(worker), !parsed.GetValue(alone)),
            parsed.GetValue(output) == "json"));
        return command;
    }

    /// <summary>The process of the bare consumer.</summary>
    public static Command Bare()
    {
        Option<string> servers = new("--bootstrap-servers") { Required = true };
        Option<string> topic = new("--topic") { Required = true };
        Option<long> records = new("--records") { Required = true };
        Command command = new(BareConsumer.CommandName, "Reads a topic and looks at nothing.") { servers, topic, records };
        command.Hidden = true;
        command.SetAction(parsed => BareConsumer.Run(parsed.GetValue(servers)!, parsed.GetValue(topic)!, parsed.GetValue(records)));
        return command;
    }
}
