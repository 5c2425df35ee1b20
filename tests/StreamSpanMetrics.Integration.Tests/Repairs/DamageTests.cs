using Confluent.Kafka;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Integration.Tests.Repairs;

/// <summary>Records and offsets that somebody damaged: the worker says what it is, verify finds it, and the printed command repairs it.</summary>
public sealed class DamageTests(KafkaFixture kafka)
{
    private const int Shard = 1;

    [Theory]
    [InlineData("chunk", "chunk_damaged")]
    [InlineData("chunk gone", "chunk_missing")]
    [InlineData("progress", "progress_damaged")]
    [InlineData("progress gone", "progress_missing")]
    [InlineData("deltas gone", "deltas_missing")]
    public async Task A_shard_whose_totals_cannot_be_restored_begins_anew(string what, string kind)
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await FillAsync(bench);
        await DamageAsync(bench, what);
        await IsFoundAsync(bench, kind);
        IReadOnlyList<byte[]> before = [.. bench.Values.SelectMany(values => values)];
        await RepairAsync(bench, $"state reset --shard {Shard}");

        bench.Produce(6);
        IReadOnlyList<byte[]> after = [.. bench.Values.SelectMany(values => values).Except(before)];
        await EndsAsync(bench, SpanTruth.Of(before), SpanTruth.Of(after));
    }

    [Theory]
    [InlineData("control", "control_damaged")]
    [InlineData("control gone", "control_missing")]
    [InlineData("all controls gone", "control_missing")]
    public async Task A_control_record_is_made_anew_and_nothing_is_lost(string what, string kind)
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await FillAsync(bench);
        await DamageAsync(bench, what);
        int shard = what.StartsWith("all", StringComparison.Ordinal) ? 0 : Shard;
        await IsFoundAsync(bench, kind);
        await RepairAsync(bench, $"state reset --shard {shard}");
        bench.Produce(6);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
    }

    [Theory]
    [InlineData("merge", 0L, "merge_offset")]
    [InlineData("merge", 99_999L, "merge_offset")]
    [InlineData("merge", null, "merge_offset")]
    [InlineData("aggregate", null, "aggregate_offset")]
    public async Task An_offset_that_somebody_changed_is_set_to_what_the_state_says(string stage, long? offset, string kind)
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await FillAsync(bench);
        string topic = stage == "merge" ? bench.Application.Id + ".deltas" : bench.Application.SourceTopic;
        await bench.SetOffsetAsync(stage, topic, Shard, offset);
        await IsFoundAsync(bench, kind);
        await RepairAsync(bench, $"state rewind --offsets {stage} --partition {Shard}");
        bench.Produce(6);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
    }

    [Fact]
    public async Task A_record_among_the_deltas_that_is_none_is_left_out()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await FillAsync(bench);
        bench.Write(bench.Application.Id + ".deltas", Shard, null, [0xFF, 0xFF]);
        await bench.StartWorkerAsync();
        await bench.Worker.WaitForOutputAsync("is no delta batch", RepairBench.Deadline);
        Assert.Equal(4, (await bench.RunAsync("state", "verify")).Code);
        (int code, string text) = await bench.RunAsync([.. bench.Printed($"state rewind --shard {Shard}"), "--yes"]);
        Assert.True(code == 0 && text.Contains("is left out", StringComparison.Ordinal), text);
        bench.Produce(6);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
    }

    [Fact]
    public async Task A_source_topic_that_was_made_anew_is_gone_on_with()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await FillAsync(bench);
        await bench.RecreateSourceAsync();
        await IsFoundAsync(bench, "other_topic");
        await RepairAsync(bench, "state accept-gap --new-topic");
        bench.Produce(6);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
        // Also from its state alone.
        await bench.StopWorkerAsync();
        await bench.StartWorkerAsync();
        bench.Produce(2);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
    }

    [Fact]
    public async Task State_of_a_newer_release_is_left_alone()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await FillAsync(bench);
        string state = bench.Application.Id + ".state";
        ConsumeResult<byte[]?, byte[]?> newest = TopicReader.ReadAll(bench.Servers, state)
            .Last(record => record.Partition.Value == Shard
                && StateKey.Parser.ParseFrom(record.Message.Key).Type == StateKey.Types.Type.Progress);
        ProgressRecord newer = ProgressRecord.Parser.ParseFrom(newest.Message.Value);
        newer.Format = 2;
        bench.Write(state, Shard, newest.Message.Key, newer.ToByteArray());
        await IsFoundAsync(bench, "progress_newer");
        Assert.Contains("was written by a newer release", bench.Worker.Output, StringComparison.Ordinal);
        (int code, string text) = await bench.RunAsync("state", "reset", "--shard", $"{Shard}", "--yes");
        Assert.True(code == 4 && text.Contains("Nothing was changed", StringComparison.Ordinal), text);
    }

    private static async Task FillAsync(RepairBench bench)
    {
        // Long enough for a full set of chunks.
        for (int round = 0; round < 3; round++)
        {
            bench.Produce(4);
            await bench.BecomesAsync(bench.Values.SelectMany(values => values));
        }

        await bench.StopWorkerAsync();
        (int code, string text) = await bench.RunAsync("state", "verify");
        Assert.True(code == 0 && text.Contains("all is well", StringComparison.Ordinal), text);
    }

    private static async Task DamageAsync(RepairBench bench, string what)
    {
        string state = bench.Application.Id + ".state";
        if (what == "deltas gone")
        {
            await bench.EmptyAsync(bench.Application.Id + ".deltas", Shard);
            return;
        }

        StateKey.Types.Type type = Enum.GetValues<StateKey.Types.Type>()
            .Single(one => what.Contains(one.ToString(), StringComparison.OrdinalIgnoreCase));
        foreach (IGrouping<int, ConsumeResult<byte[]?, byte[]?>> partition in TopicReader.ReadAll(bench.Servers, state)
            .GroupBy(record => record.Partition.Value)
            .Where(partition => partition.Key == Shard || what.StartsWith("all", StringComparison.Ordinal)))
        {
            // Every key of the type: of two sets of chunks, the complete one is among them.
            foreach (ConsumeResult<byte[]?, byte[]?> newest in partition
                .GroupBy(record => Convert.ToHexString(record.Message.Key!))
                .Select(records => records.Last())
                .Where(record => record.Message.Value is not null && StateKey.Parser.ParseFrom(record.Message.Key).Type == type))
            {
                byte[] damaged = [.. newest.Message.Value!];
                damaged[^7] ^= 0x10;
                bench.Write(state, partition.Key, newest.Message.Key, what.EndsWith("gone", StringComparison.Ordinal) ? null : damaged);
            }
        }
    }

    private static async Task IsFoundAsync(RepairBench bench, string kind)
    {
        (int code, string text) = await bench.RunAsync("state", "verify", "--output", "json");
        Assert.True(code == 4 && text.Contains($"\"kind\": \"{kind}\"", StringComparison.Ordinal), text);
        await bench.FailToStartAsync();
    }

    private static async Task RepairAsync(RepairBench bench, string command)
    {
        (int code, string text) = await bench.RunAsync([.. bench.Printed(command), "--yes"]);
        Assert.True(code == 0, text);
        (code, text) = await bench.RunAsync("state", "verify");
        Assert.True(code == 0, text);
        await bench.StartWorkerAsync();
        await bench.Worker.WaitForOutputAsync("restored", RepairBench.Deadline);
    }

    // The shard's series begin anew, with another start time and a zero point; all others go on.
    private static async Task EndsAsync(RepairBench bench, SpanTruth before, SpanTruth after)
    {
        Dictionary<SeriesName, NumberDataPoint> newest = [];
        HashSet<SeriesName> anew = [];
        await Eventually.TrueAsync(
            () =>
            {
                (newest, anew) = Newest(bench);
                return after.Calls.All(series => newest.TryGetValue(series.Key, out NumberDataPoint? point)
                    && point.AsInt == series.Value + (anew.Contains(series.Key) ? 0 : before.Calls.GetValueOrDefault(series.Key)));
            },
            () => $"{string.Join('\n', newest)}\ndo not show\n{string.Join('\n', after.Calls)}\n{bench.Application.Output}",
            RepairBench.Deadline);
        Assert.NotEmpty(anew);
    }

    private static (Dictionary<SeriesName, NumberDataPoint> Newest, HashSet<SeriesName> Anew) Newest(RepairBench bench)
    {
        PointLog all = new();
        PointLog shard = new();
        foreach (ConsumeResult<byte[]?, byte[]?> record in TopicReader.ReadAll(bench.Servers, bench.Application.MetricsTopic))
        {
            ExportMetricsServiceRequest request = ExportMetricsServiceRequest.Parser.ParseFrom(record.Message.Value);
            all.Add(request);
            if (record.Partition.Value == Shard)
            {
                shard.Add(request);
            }
        }

        return (all.Calls.ToDictionary(series => series.Key, series => series.Value[^1]), [.. shard.Calls.Keys]);
    }
}
