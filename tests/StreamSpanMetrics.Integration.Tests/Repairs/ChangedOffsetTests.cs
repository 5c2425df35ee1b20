using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Repairs;

/// <summary>Offsets and topics that somebody changed: the worker says what it is, verify finds it, and the printed command repairs it.</summary>
public sealed class ChangedOffsetTests(KafkaFixture kafka)
{
    [Theory]
    [InlineData("merge", 0L, "merge_offset")]
    [InlineData("merge", 99_999L, "merge_offset")]
    [InlineData("merge", null, "merge_offset")]
    [InlineData("aggregate", null, "aggregate_offset")]
    public async Task An_offset_that_somebody_changed_is_set_to_what_the_state_says(string stage, long? offset, string kind)
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await Damage.FillAsync(bench);
        string topic = stage == "merge" ? bench.Application.Id + ".deltas" : bench.Application.SourceTopic;
        await bench.SetOffsetAsync(stage, topic, Damage.Shard, offset);
        await Damage.IsFoundAsync(bench, kind);
        await Damage.RepairAsync(bench, $"state rewind --offsets {stage} --partition {Damage.Shard}");
        bench.Produce(6);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
    }

    [Fact]
    public async Task A_source_topic_that_was_made_anew_is_gone_on_with()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await Damage.FillAsync(bench);
        await bench.RecreateSourceAsync();
        await Damage.IsFoundAsync(bench, "other_topic");
        await Damage.RepairAsync(bench, "state accept-gap --new-topic");
        bench.Produce(6);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
        // Also from its state alone.
        await bench.StopWorkerAsync();
        await bench.StartWorkerAsync();
        bench.Produce(2);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
    }
}
