using System.Text.Json;
using Google.Protobuf;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Integration.Tests.Repairs;

/// <summary>Shards that miss source records stop, print commands, and go on when one of these is given (M2).</summary>
public sealed class GapTests(KafkaFixture kafka)
{
    private const int Partition = 1;
    private const int Missed = 3;

    [Theory]
    [InlineData("otlp_proto")]
    [InlineData("otlp_json")]
    public async Task What_all_shards_miss_is_read_again_beside_a_running_worker(string encoding)
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, encoding: encoding);
        await MakeGapAsync(bench);
        await EndsAsync(bench, "state rewind --shard", "are read again");
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
        (int code, string text) = await bench.RunAsync("state", "verify", "--output", "json");
        Assert.True(code == 0, text);
        using JsonDocument report = JsonDocument.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..(text.LastIndexOf('}') + 1)]);
        Assert.Equal(4, report.RootElement.GetProperty("repairs").GetArrayLength());
    }

    [Fact]
    public async Task What_all_shards_miss_is_given_up_beside_a_running_worker()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka);
        int first = await MakeGapAsync(bench);
        await EndsAsync(bench, "state accept-gap --shard", "are given up");
        List<byte[]> expected = [.. bench.Values.SelectMany(values => values)];
        bench.Values[Partition].Skip(first).Take(Missed).ToList().ForEach(value => Assert.True(expected.Remove(value)));
        await bench.BecomesAsync(expected);
        Assert.Contains("source offsets that were given up", bench.Worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_shard_misses_does_not_concern_the_others()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka);
        bench.Produce(5);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
        await bench.StopWorkerAsync();
        long next = await bench.OffsetAsync("aggregate", bench.Application.SourceTopic, Partition);
        DeltaBlock misplaced = NewestBlock(bench, shard: 2);
        misplaced.Steps.Clear();
        misplaced.FromOffset = misplaced.ToOffset = next + Missed;
        bench.Write(bench.Application.Id + ".deltas", 2, null, new DeltaBatch { Blocks = { misplaced } }.ToByteArray());
        bench.Produce(10);

        await bench.StartWorkerAsync();
        await bench.Worker.WaitForOutputAsync(".deltas[2] at offset", RepairBench.Deadline);
        (int found, string findings) = await bench.RunAsync("state", "verify", "--shard", "2");
        Assert.True(found == 4 && findings.Contains("block_refused", StringComparison.Ordinal), findings);
        (int code, string text) = await bench.RunAsync([.. bench.Printed("state rewind --shard 2"), "--yes"]);
        Assert.True(code == 0, text);
        // The gap before the block, and what the next real one covers twice then.
        Assert.Equal(2, text.Split("are read again").Length - 1);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
    }

    [Fact]
    public async Task A_dry_run_and_a_command_without_yes_change_nothing()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka);
        await MakeGapAsync(bench);
        string[] command = bench.Printed("state accept-gap --shard");
        Assert.Equal(0, (await bench.RunAsync([.. command, "--dry-run"])).Code);
        (int code, string text) = await bench.RunAsync(command);
        Assert.Equal(1, code);
        Assert.Contains("Give --yes to do it", text, StringComparison.Ordinal);
        (code, text) = await bench.RunAsync("state", "verify");
        Assert.True(code == 4 && !text.Contains("repaired:", StringComparison.Ordinal), text);
    }

    private static DeltaBlock NewestBlock(RepairBench bench, int shard) => TopicReader
        .ReadAll(bench.Servers, bench.Application.Id + ".deltas")
        .Where(record => record.Partition.Value == shard)
        .SelectMany(record => DeltaBatch.Parser.ParseFrom(record.Message.Value).Blocks)
        .Last(block => block.SourcePartition == Partition);

    // Somebody moves the committed offset of a stopped application forward. Returns the number of records before the gap.
    private static async Task<int> MakeGapAsync(RepairBench bench)
    {
        bench.Produce(5);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
        await bench.StopWorkerAsync();
        long offset = await bench.OffsetAsync("aggregate", bench.Application.SourceTopic, Partition);
        int first = bench.Values[Partition].Count;
        bench.Produce(Missed + 2);
        await bench.SetOffsetAsync("aggregate", bench.Application.SourceTopic, Partition, offset + Missed);
        await bench.StartWorkerAsync();
        bench.Produce(5);
        foreach (int shard in Enumerable.Range(0, 4))
        {
            await bench.Worker.WaitForOutputAsync($".deltas[{shard}] at offset", RepairBench.Deadline);
        }

        return first;
    }

    // The line that the first stopped shard printed, and then the same without its shard: for all others.
    private static async Task EndsAsync(RepairBench bench, string command, string says)
    {
        string[] printed = bench.Printed(command);
        (int code, string text) = await bench.RunAsync([.. printed, "--yes"]);
        Assert.True(code == 0 && text.Contains(says, StringComparison.Ordinal), text);
        int option = Array.IndexOf(printed, "--shard");
        (code, text) = await bench.RunAsync([.. printed[..option], .. printed[(option + 2)..], "--yes"]);
        Assert.True(code == 0 && text.Contains(says, StringComparison.Ordinal), text);
        (code, text) = await bench.RunAsync([.. printed, "--yes"]);
        Assert.True(code == 0 && text.Contains("nothing to repair", StringComparison.Ordinal), text);
    }
}
