using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using Prometheus.RemoteWrite.V1;
using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

public sealed class RemoteWriteBatcherTests
{
    [Fact]
    public void Records_join_until_the_next_would_not_fit()
    {
        SeriesBuffer record = Record(10);
        RemoteWriteBatcher batcher = new(record.Length * 2, sendMetadata: false);
        Assert.True(batcher.Fits(record));
        batcher.Append(record);
        Assert.True(batcher.Fits(record));
        batcher.Append(record);
        Assert.False(batcher.Fits(record));
        WriteRequestBatch request = Assert.Single(batcher.Requests());
        Assert.Equal(20, request.SeriesCount);
        Assert.Equal(20, WriteRequest.Parser.ParseFrom(request.Body.Span).Timeseries.Count);
        batcher.Clear();
        Assert.True(batcher.IsEmpty);
        Assert.Empty(batcher.Requests());
    }

    [Fact]
    public void A_record_too_big_is_cut_between_series()
    {
        SeriesBuffer record = Record(1000);
        RemoteWriteBatcher batcher = new(5000, sendMetadata: false);
        Assert.True(batcher.Fits(record));
        batcher.Append(record);
        WriteRequest joined = new();
        foreach (WriteRequestBatch request in batcher.Requests())
        {
            Assert.InRange(request.Body.Length, 1, 5000);
            joined.MergeFrom(request.Body.ToArray());
        }

        Assert.True(batcher.Requests().Count > 5);
        Assert.Equal(TestSeries.Decode(record), joined);
    }

    [Fact]
    public void A_series_above_the_limit_is_a_request_of_its_own()
    {
        SeriesBuffer record = Record(3);
        RemoteWriteBatcher batcher = new(1, sendMetadata: false);
        batcher.Append(record);
        Assert.Equal([1, 1, 1], batcher.Requests().Select(request => request.SeriesCount));
    }

    [Fact]
    public void A_request_can_be_cut_again_by_series()
    {
        RemoteWriteBatcher batcher = new(3_000_000, sendMetadata: false);
        batcher.Append(Record(7));
        WriteRequestBatch whole = Assert.Single(batcher.Requests());
        WriteRequestBatch left = whole.Slice(0, 3);
        WriteRequestBatch right = whole.Slice(3, 4).Slice(0, 4);
        Assert.Equal(whole.Body.ToArray(), left.Body.ToArray().Concat(right.Body.ToArray()).ToArray());
        Assert.Equal(7, left.SampleCount + right.SampleCount);
        Assert.Throws<ArgumentOutOfRangeException>(() => whole.Slice(5, 3));
    }

    [Fact]
    public void Samples_are_counted_over_records()
    {
        SeriesBuffer two = SeriesTranslatorTests.Translate(
            new PrometheusRules(),
            SeriesTranslatorTests.Record(
                ["service.name", "c"],
                SeriesTranslatorTests.Calls("calls", SeriesTranslatorTests.Number(1000, 0), SeriesTranslatorTests.Number(2000, 1))));
        RemoteWriteBatcher batcher = new(3_000_000, sendMetadata: false);
        batcher.Append(two);
        batcher.Append(Record(5));
        batcher.Append(two);
        WriteRequestBatch whole = Assert.Single(batcher.Requests());
        Assert.Equal(9, whole.SampleCount);
        Assert.Equal(9, batcher.SampleCount);
        Assert.Equal(2, whole.Slice(6, 1).SampleCount);
    }

    private static SeriesBuffer Record(int count)
    {
        ExportMetricsServiceRequest record = SeriesTranslatorTests.Record(
            ["service.name", "checkout"], SeriesTranslatorTests.Calls("calls", SeriesTranslatorTests.Many(count)));
        return SeriesTranslatorTests.Translate(new PrometheusRules(), record);
    }
}
