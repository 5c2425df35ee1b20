using Confluent.Kafka;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Repairs;

/// <summary>Totals that are damaged or gone: the worker says what it is, verify finds it, and the printed command begins the shard anew.</summary>
public sealed class LostTotalsTests(KafkaFixture kafka)
{
    [Theory]
    [InlineData("chunk", "chunk_damaged")]
    [InlineData("chunk gone", "chunk_missing")]
    [InlineData("progress", "progress_damaged")]
    [InlineData("progress gone", "progress_missing")]
    [InlineData("deltas gone", "deltas_missing")]
    public async Task A_shard_whose_totals_cannot_be_restored_begins_anew(string what, string kind)
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 2");
        await Damage.FillAsync(bench, rounds: 3);
        await Damage.MakeAsync(bench, what);
        await Damage.IsFoundAsync(bench, kind);
        IReadOnlyList<byte[]> before = [.. bench.Values.SelectMany(values => values)];
        await Damage.RepairAsync(bench, $"state reset --shard {Damage.Shard}");

        bench.Produce(6);
        IReadOnlyList<byte[]> after = [.. bench.Values.SelectMany(values => values).Except(before)];
        await EndsAsync(bench, SpanTruth.Of(before), SpanTruth.Of(after));
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
            if (record.Partition.Value == Damage.Shard)
            {
                shard.Add(request);
            }
        }

        return (all.Calls.ToDictionary(series => series.Key, series => series.Value[^1]), [.. shard.Calls.Keys]);
    }
}
