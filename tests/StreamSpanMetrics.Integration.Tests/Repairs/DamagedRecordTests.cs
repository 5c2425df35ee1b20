using Confluent.Kafka;
using Google.Protobuf;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Integration.Tests.Repairs;

/// <summary>
/// Records of state and deltas that are damaged or foreign: the worker says what it is, verify finds it, and the printed command repairs it.
/// </summary>
public sealed class DamagedRecordTests(KafkaFixture kafka)
{
    [Theory]
    [InlineData("control", "control_damaged")]
    [InlineData("control gone", "control_missing")]
    [InlineData("all controls gone", "control_missing")]
    public async Task A_control_record_is_made_anew_and_nothing_is_lost(string what, string kind)
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await Damage.FillAsync(bench);
        await Damage.MakeAsync(bench, what);
        int shard = what.StartsWith("all", StringComparison.Ordinal) ? 0 : Damage.Shard;
        await Damage.IsFoundAsync(bench, kind);
        await Damage.RepairAsync(bench, $"state reset --shard {shard}");
        bench.Produce(6);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
    }

    [Fact]
    public async Task A_record_among_the_deltas_that_is_none_is_left_out()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await Damage.FillAsync(bench);
        bench.Write(bench.Application.Id + ".deltas", Damage.Shard, null, [0xFF, 0xFF]);
        await bench.StartWorkerAsync();
        await bench.Worker.WaitForOutputAsync("is no delta batch", RepairBench.Deadline);
        Assert.Equal(4, (await bench.RunAsync("state", "verify")).Code);
        (int code, string text) = await bench.RunAsync([.. bench.Printed($"state rewind --shard {Damage.Shard}"), "--yes"]);
        Assert.True(code == 0 && text.Contains("is left out", StringComparison.Ordinal), text);
        bench.Produce(6);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
    }

    [Fact]
    public async Task State_of_a_newer_release_is_left_alone()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await Damage.FillAsync(bench);
        string state = bench.Application.Id + ".state";
        ConsumeResult<byte[]?, byte[]?> newest = TopicReader.ReadAll(bench.Servers, state)
            .Last(record => record.Partition.Value == Damage.Shard
                && StateKey.Parser.ParseFrom(record.Message.Key).Type == StateKey.Types.Type.Progress);
        ProgressRecord newer = ProgressRecord.Parser.ParseFrom(newest.Message.Value);
        newer.Format = 2;
        bench.Write(state, Damage.Shard, newest.Message.Key, newer.ToByteArray());
        await Damage.IsFoundAsync(bench, "progress_newer");
        Assert.Contains("was written by a newer release", bench.Worker.Output, StringComparison.Ordinal);
        (int code, string text) = await bench.RunAsync("state", "reset", "--shard", $"{Damage.Shard}", "--yes");
        Assert.True(code == 4 && text.Contains("Nothing was changed", StringComparison.Ordinal), text);
    }
}
