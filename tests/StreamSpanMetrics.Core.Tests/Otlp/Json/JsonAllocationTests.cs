using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp.Json;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Otlp.Json;

/// <summary>Nothing is allocated for a span in JSON whose series is known.</summary>
public sealed class JsonAllocationTests
{
    [Theory]
    [InlineData("flask_json")]
    [InlineData("node_json")]
    public void Known_series_cost_no_memory(string corpus)
    {
        TraceJsonTranscoder transcoder = new();
        RecordFolder folder = new(new SpanRules { Dimensions = [new DimensionRule("http.method", "GET")], EventsEnabled = true });
        byte[][] records = [.. RequestFixtures.Requests(corpus)];
        Run(transcoder, folder, records, 3);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int spans = Run(transcoder, folder, records, 20);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(spans, 5_000, 100_000);
    }

    [Fact]
    public void A_broken_record_costs_no_memory()
    {
        TraceJsonTranscoder transcoder = new();
        byte[] broken = RequestFixtures.Requests("flask_json")[0][..^1];
        transcoder.Transcode(broken);
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool refused = transcoder.Transcode(broken).Exists;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(refused);
    }

    private static int Run(TraceJsonTranscoder transcoder, RecordFolder folder, byte[][] records, int rounds)
    {
        int spans = 0;
        for (int round = 0; round < rounds; round++)
        {
            foreach (byte[] record in records)
            {
                if (transcoder.Transcode(record).Exists || folder.Fold(transcoder.Record).Exists)
                {
                    return -1;
                }

                spans += folder.Staged.Spans;
            }
        }

        return spans;
    }
}
