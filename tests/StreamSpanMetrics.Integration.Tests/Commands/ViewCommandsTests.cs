using System.CommandLine;
using System.Text.Json;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Commands;

/// <summary><c>lag</c> and <c>state</c> at a worker with known traffic.</summary>
public sealed class ViewCommandsTests(KafkaFixture kafka)
{
    private const int Records = 100;
    private const int RecordsLeft = 7;
    private const int LeftPartition = 1;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    [Fact]
    public async Task The_numbers_of_a_worker_are_the_truth()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        await using StreamApplication application = new(servers, topic);
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 11);
        WorkerProcess worker = application.StartWorker();
        await traffic.WaitForMoreAsync(Records);
        IReadOnlyList<byte[]> values = await traffic.StopAsync();

        await StateHoldsAsync(application, values);
        await NothingIsBehindAsync(application);

        worker.Stop();
        Assert.True(await worker.WaitForExitAsync() == 0, worker.Output);
        SpanMaker spans = new(seed: 12);
        RecordProducer.Produce(servers, topic, Enumerable.Range(0, RecordsLeft)
            .Select(_ => new CapturedRecord(LeftPartition, 0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), null, spans.Next(2))));
        await RecordsAreBehindAsync(application);
    }

    [Fact]
    public async Task An_application_that_never_started_is_one_line()
    {
        string servers = await kafka.RequireAsync();
        StreamApplication application = new(servers, "nothing");
        foreach (string[] command in new string[][] { ["lag"], ["state", "ls"], ["state", "show"] })
        {
            (int code, string text) = await RunAsync(application.SettingsText(), command);
            Assert.Equal((3, $"the application '{application.Id}' has never started: there is no topic {application.Id}.state\n"), (code, text));
        }
    }

    [Fact]
    public async Task Without_a_broker_there_is_one_line()
    {
        using PortLease port = new();
        StreamApplication application = new($"127.0.0.1:{port.Port}", "nothing");
        foreach (string[] command in new string[][] { ["lag"], ["state", "ls"] })
        {
            (int code, string text) = await RunAsync(application.SettingsText(), command);
            Assert.Equal(3, code);
            Assert.StartsWith($"no broker at 127.0.0.1:{port.Port} answered within 10 s: ", text, StringComparison.Ordinal);
            Assert.Equal(text.Length - 1, text.IndexOf('\n', StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_watch_writes_whole_lines_until_it_is_told_to_stop_and_other_rules_are_refused()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, 1, AppendTime);
        await using StreamApplication application = new(servers, topic);
        WorkerProcess worker = application.StartWorker();
        await worker.WaitForOutputAsync("restored");

        await using WorkerProcess watch = WorkerProcess.Start(["lag", "--watch=100ms", "--output", "json"], application.SettingsText());
        await Eventually.TrueAsync(
            () => watch.Output.Count(character => character == '\n') >= 3, () => $"the watch said: {watch.Output}", Deadline);
        watch.Stop();
        Assert.True(await watch.WaitForExitAsync() == 0, watch.Output);
        Assert.All(watch.Output.TrimEnd().Split('\n'), line => JsonDocument.Parse(line).Dispose());

        foreach (string[] command in new string[][] { ["lag"], ["state", "ls"] })
        {
            (int code, string text) = await RunAsync(application.SettingsText("namespace: other"), command);
            Assert.Equal(78, code);
            Assert.Contains($"the application '{application.Id}' runs under other rules than these settings", text, StringComparison.Ordinal);
        }
    }

    private static async Task StateHoldsAsync(StreamApplication application, IReadOnlyList<byte[]> values)
    {
        SpanTruth truth = SpanTruth.Of(values);
        JsonElement list = default;
        await Eventually.TrueAsync(
            async () =>
            {
                application.HasNotFailed();
                (int code, string text) = await RunAsync(application.SettingsText(), "state", "ls", "--output", "json");
                list = code == 0 ? Parse(text) : default;
                return code == 0 && Sum(list, "active_series") == truth.Calls.Count;
            },
            () => $"{list} does not show {truth.Calls.Count} series\n{application.Output}",
            Deadline);
        Assert.Equal(4, list.GetProperty("shards").GetArrayLength());
        Assert.All(list.GetProperty("shards").EnumerateArray(), shard => Assert.Equal(JsonValueKind.Null, shard.GetProperty("problem").ValueKind));

        JsonElement details = default;
        await Eventually.TrueAsync(
            async () =>
            {
                (int code, string text) = await RunAsync(application.SettingsText(), "state", "show", "--output", "json");
                Assert.True(code == 0, text);
                details = Parse(text);
                // A shard without points writes its progress every few seconds only.
                return details.GetProperty("shards").EnumerateArray()
                    .All(shard => Sum(shard.GetProperty("sources"), "expected_offset") == values.Count);
            },
            () => $"not all {values.Count} records are merged: {details}",
            Deadline);
        JsonElement[] shards = [.. details.GetProperty("shards").EnumerateArray()];
        JsonElement[] services = [.. shards.SelectMany(shard => shard.GetProperty("top_services").EnumerateArray())];
        Assert.Equal(truth.Calls.Count, services.Sum(service => service.GetProperty("series").GetInt32()));
        Assert.Equal(
            truth.Calls.Keys.Select(name => name.ServiceName).Distinct().Order(),
            services.Select(service => service.GetProperty("service_name").GetString()!).Order());
        foreach (JsonElement shard in shards)
        {
            Assert.Contains("interval_millis", shard.GetProperty("control").GetProperty("rules").ToString(), StringComparison.Ordinal);
            int number = shard.GetProperty("shard").GetInt32();
            Assert.True(ClosedStep(details, number) >= ClosedStep(list, number), details.ToString());
        }

        (int one, string single) = await RunAsync(application.SettingsText(), "state", "show", "--shard", "2", "--output", "json");
        Assert.Equal((0, 2), (one, Assert.Single(Parse(single).GetProperty("shards").EnumerateArray()).GetProperty("shard").GetInt32()));
        Assert.Equal(1, (await RunAsync(application.SettingsText(), "state", "show", "--shard", "4")).Code);
    }

    private static async Task NothingIsBehindAsync(StreamApplication application)
    {
        JsonElement lag = default;
        await Eventually.TrueAsync(
            async () =>
            {
                lag = await LagAsync(application);
                return Sum(lag.GetProperty("groups"), "records_behind") == 0;
            },
            () => $"still behind: {lag}",
            Deadline);
        Assert.Equal(["aggregate", "merge"], lag.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("stage").GetString()));
        Assert.All(lag.GetProperty("groups").EnumerateArray(), group =>
        {
            Assert.Equal(0, group.GetProperty("seconds_behind").GetDouble());
            Assert.All(group.GetProperty("partitions").EnumerateArray(), partition =>
                Assert.False(string.IsNullOrEmpty(partition.GetProperty("owner").GetProperty("member_id").GetString())));
        });
        JsonElement later = default;
        await Eventually.TrueAsync(
            async () =>
            {
                later = await LagAsync(application);
                return Enumerable.Range(0, 4).All(shard => ClosedStep(later, shard) > ClosedStep(lag, shard));
            },
            () => $"no step closes after {lag}: {later}",
            Deadline);
        Assert.All(later.GetProperty("shards").EnumerateArray(), shard => Assert.Equal("on_time", shard.GetProperty("reason").GetString()));
        Assert.All(later.GetProperty("sources").EnumerateArray(), source =>
            Assert.InRange(source.GetProperty("watermark_age_seconds").GetDouble(), 0, 30));
    }

    private static async Task RecordsAreBehindAsync(StreamApplication application)
    {
        JsonElement lag = default;
        await Eventually.TrueAsync(
            async () =>
            {
                lag = await LagAsync(application);
                return lag.GetProperty("shards").EnumerateArray().All(shard => shard.GetProperty("reason").GetString() != "on_time");
            },
            () => $"nothing is late: {lag}",
            Deadline);
        JsonElement aggregate = lag.GetProperty("groups")[0];
        Assert.Equal((RecordsLeft, 0), (aggregate.GetProperty("records_behind").GetInt32(), aggregate.GetProperty("members").GetInt32()));
        JsonElement partition = aggregate.GetProperty("partitions")[LeftPartition];
        Assert.Equal(RecordsLeft, partition.GetProperty("records_behind").GetInt32());
        Assert.Equal(JsonValueKind.Null, partition.GetProperty("owner").ValueKind);
        Assert.InRange(partition.GetProperty("seconds_behind").GetDouble(), 0, 10);
        Assert.All(lag.GetProperty("shards").EnumerateArray(), shard => Assert.Equal(
            shard.GetProperty("held_by_partition").GetInt32() == LeftPartition ? "unowned" : "idle_unowned",
            shard.GetProperty("reason").GetString()));
    }

    private static async Task<JsonElement> LagAsync(StreamApplication application)
    {
        (int code, string text) = await RunAsync(application.SettingsText(), "lag", "--output", "json");
        Assert.True(code == 0, text);
        return Parse(text);
    }

    private static long ClosedStep(JsonElement report, int shard)
    {
        JsonElement step = report.GetProperty("shards")[shard].GetProperty("closed_step");
        return step.ValueKind == JsonValueKind.Null ? long.MinValue : step.GetInt64();
    }

    private static long Sum(JsonElement report, string property)
    {
        JsonElement rows = report.ValueKind == JsonValueKind.Array ? report : report.GetProperty("shards");
        return rows.EnumerateArray().Sum(row => row.GetProperty(property).GetInt64());
    }

    private static JsonElement Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static async Task<(int Code, string Text)> RunAsync(string settings, params string[] command)
    {
        using TemporaryFolder folder = new();
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        string file = folder.Write("settings.yaml", settings);
        RootCommand root = new() { LagCommand.Create(), StateCommand.Create() };
        int code = await CommandLine.RunAsync(root, [.. command, "--config", file], output, error);
        // Progress of slow looks goes to the error stream, too: it matters only where there is no answer.
        return (code, code == 0 ? output.ToString() : output.ToString() + error);
    }
}
