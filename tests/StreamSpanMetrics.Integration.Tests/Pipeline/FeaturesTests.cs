using Confluent.Kafka;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;
using StreamSpanMetrics.Testing.Golden;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>
/// With many features at once, over kill -9: the points on the metrics topic are what <c>compute</c> gives for the same values, which other
/// tests hold to the real connector.
/// </summary>
public sealed class FeaturesTests(KafkaFixture kafka)
{
    private const int Rounds = 3;
    private const double SumTolerance = 1e-9;

    // With all attributes as identity, as the connector has it, none of them changes with what other resources say.
    private const string Everything =
        "resource_metrics_key_attributes: ['*'], dimensions: [{glob: 'http.*'}, {name: db.system.name, aliases: [db.system]}], "
        + "include_instrumentation_scope: ['@opentelemetry/instrumentation-express', System.Net.Http], enable_metrics_sampling_method: true, "
        + "events: {enabled: true, dimensions: [{name: exception.type}]}, exemplars: {enabled: true}, "
        + "histogram: {exponential: {max_size: 20}, explicit: {buckets: [1ms, 10ms, 100ms]}}";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    [Theory]
    [InlineData(Everything, "shards: 4, filter: {exclude: [{kind: internal, name: {regex: expressInit}}]}", false)]
    [InlineData(
        "resource_metrics_key_attributes: ['*'], aggregation_temporality: AGGREGATION_TEMPORALITY_DELTA, dimensions: [{glob: 'http.*'}]",
        "shards: 4", true)]
    public async Task A_killed_worker_leaves_no_trace(string connector, string stream, bool isDelta)
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        await using StreamApplication application = new(servers, topic) { Stream = stream };
        List<byte[]> values = [];
        for (int round = 0; round < Rounds; round++)
        {
            WorkerProcess worker = application.StartWorker(connector);
            values.AddRange(Produce(servers, topic));
            if (round < Rounds - 1)
            {
                await worker.WaitForOutputAsync("restored", Deadline);
                await Eventually.TrueAsync(() => Newest(application, isDelta).Count > 0, () => application.Output, Deadline);
                worker.Kill();
            }
        }

        SortedDictionary<string, GoldenPoint> expected = Computed(application.SettingsText(connector), values);
        string? difference = "";
        await Eventually.TrueAsync(
            () =>
            {
                application.HasNotFailed();
                difference = Comparison.Difference(expected, Newest(application, isDelta), SumTolerance);
                return difference is null;
            },
            () => $"{difference}\n{application.Output}",
            Deadline);
    }

    private static List<byte[]> Produce(string servers, string topic)
    {
        List<byte[]> values = [.. new GoldenCase("plain", "edge").Requests];
        foreach (string file in (string[])["flask_new", "node", "dotnet"])
        {
            values.AddRange(RecordFile.Read(file).Select(record => record.Value));
        }

        RecordProducer.Produce(
            servers, topic, values.Select((value, at) => new CapturedRecord(at % RecordFile.PartitionCount, 0, 0, null, value)));
        return values;
    }

    // The kind of a value is not compared: it is what all spans agree on by then.
    private static SortedDictionary<string, GoldenPoint> Computed(string settings, IEnumerable<byte[]> values)
    {
        TotalsComputation computation = new(ConfigurationLoader.Load(settings, "case.yaml", _ => null).Settings!);
        foreach (byte[] value in values)
        {
            Assert.False(computation.Add(value).Exists);
        }

        computation.Complete();
        using StringWriter json = new();
        computation.WriteOtlpJson(json);
        return new GoldenPoints { FoldsAll = true }.Read(json.ToString());
    }

    // Totals: the newest record counts, in which a birth adds its zero point. Deltas: all add up.
    private static SortedDictionary<string, GoldenPoint> Newest(StreamApplication application, bool isDelta)
    {
        SortedDictionary<string, GoldenPoint> newest = new(StringComparer.Ordinal);
        if (!Topics.Exists(application.BootstrapServers, application.MetricsTopic))
        {
            return newest;
        }

        foreach (ConsumeResult<byte[]?, byte[]?> record in TopicReader.ReadAll(application.BootstrapServers, application.MetricsTopic))
        {
            using StringWriter json = new();
            TotalsText.WriteOtlpJson([ExportMetricsServiceRequest.Parser.ParseFrom(record.Message.Value)], json);
            foreach ((string identity, GoldenPoint point) in new GoldenPoints { FoldsAll = true }.Read(json.ToString()))
            {
                newest[identity] = isDelta && newest.TryGetValue(identity, out GoldenPoint? before) ? before.Plus(point) : point;
            }
        }

        return newest;
    }
}
