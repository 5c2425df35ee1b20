using StreamSpanMetrics.Integration.Tests.Repairs;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>Source records that were deleted while nobody read them: noted, and gone on behind them (A8).</summary>
public sealed class RetentionTests(KafkaFixture kafka)
{
    private const int Partition = 1;

    [Theory]
    [InlineData("classic", "")]
    [InlineData("classic", "group_instance_id: member")]
    [InlineData("consumer", "")]
    public async Task What_was_deleted_unread_is_noted_and_all_else_is_counted(string protocol, string receiver)
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, $"shards: 2, group_protocol: {protocol}", receiver);
        bench.Produce(4);
        List<byte[]> expected = [.. bench.Values.SelectMany(values => values)];
        await bench.BecomesAsync(expected);
        await bench.StopWorkerAsync();

        long next = await bench.OffsetAsync("aggregate", bench.Application.SourceTopic, Partition);
        bench.Produce(5);
        expected.AddRange(bench.Values.Where((_, partition) => partition != Partition).SelectMany(values => values.Skip(4)));
        await bench.EmptyAsync(bench.Application.SourceTopic, Partition);
        await bench.StartWorkerAsync();
        bench.Produce(3);
        expected.AddRange(bench.Values.Where((_, partition) => partition != Partition).SelectMany(values => values.Skip(9)));
        expected.AddRange(bench.Values[Partition].Skip(9));
        await bench.BecomesAsync(expected);
        Assert.Contains($"[{Partition}] lost the records from {next} to {next + 5}", bench.Worker.Output, StringComparison.Ordinal);
    }
}
