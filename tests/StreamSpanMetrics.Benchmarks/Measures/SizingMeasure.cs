using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using Snappier;
using StreamSpanMetrics.Benchmarks.Corpora;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>
/// Runs made-up traffic of a given size through the core, with default settings and two HTTP dimensions, and prints what each topic,
/// the memory and remote write get. Compressed sizes are by snappy, batch by batch; lz4, the default of our producers, comes close.
/// </summary>
internal sealed class SizingMeasure
{
    private const int SpansPerRecord = 100;
    private const int WarmSteps = 2;
    private const int Steps = 4;

    /// <summary>A shard writes its progress, and with it a chunk of its snapshot, this often, and with each step.</summary>
    private const int ProgressSeconds = 5;

    private static readonly SpanRules Spans = new()
    {
        Dimensions = [new DimensionRule("http.method", null), new DimensionRule("http.status_code", null)],
    };

    private readonly SizingCase given;
    private readonly SizingFigures figures = new();
    private readonly RecordFolder folder = new(Spans);
    private readonly DeltaAccumulator[] accumulators;
    private readonly long[] offsets;
    private readonly DeltaBlockBuilder blocks;
    private readonly ShardState[] states;
    private readonly SnapshotWriter[] snapshots;
    private readonly long[] deltasOffsets;
    private readonly PointEncoder encoder;
    private readonly SeriesTranslator translator = new(new PrometheusRules());
    private bool isCounting;

    private SizingMeasure(SizingCase given)
    {
        this.given = given;
        HistogramRules histogram = new();
        PointRules points = new() { IntervalMillis = given.StepSeconds * 1000L, Histogram = histogram };
        ExplicitBounds bounds = new(histogram);
        accumulators = [.. Enumerable.Range(0, given.Partitions).Select(_ => new DeltaAccumulator(bounds))];
        offsets = new long[given.Partitions];
        blocks = new DeltaBlockBuilder(given.Shards, points.Histogram);
        states = [.. Enumerable.Range(0, given.Shards).Select(shard => new ShardState(Rules(shard, points), offsets, ByteString.Empty))];
        snapshots = [.. states.Select(state => new SnapshotWriter(state))];
        deltasOffsets = new long[given.Shards];
        encoder = new PointEncoder(points, folder.Layout);
    }

    /// <summary>Works a case out and prints its figures.</summary>
    public static int Run(SizingCase given)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        SizingMeasure measure = new(given);
        measure.Flow();
        measure.Forget();
        measure.figures.MergeBytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        measure.Print();
        return 0;
    }

    private ShardRules Rules(int shard, PointRules points) => new()
    {
        Shard = shard,
        IntervalMillis = points.IntervalMillis,
        Histogram = points.Histogram.Shape,
        Layout = folder.Layout,
    };

    // A few steps first, until every label set has occurred.
    private void Flow()
    {
        int seconds = (WarmSteps + Steps) * given.StepSeconds;
        CorpusShape shape = new(given.SpanSeries, SpansPerRecord, given.SpansPerSecond * seconds);
        using IEnumerator<byte[]> records = new CorpusGenerator(shape).Records().GetEnumerator();
        for (int second = 0; second < seconds; second++)
        {
            isCounting = second >= WarmSteps * given.StepSeconds;
            Fold(records, second);
            if ((second + 1) % given.CommitSeconds == 0)
            {
                Cut(second + 1);
            }

            if ((second + 1) % ProgressSeconds == 0)
            {
                WriteChunks();
            }
        }

        figures.Seconds = Steps * given.StepSeconds;
        figures.Series = states.Sum(state => (long)state.ActiveSeries);
    }

    private void Fold(IEnumerator<byte[]> records, int second)
    {
        int spans = 0;
        for (int number = 0; spans < given.SpansPerSecond && records.MoveNext(); number++)
        {
            if (folder.Fold(records.Current).Exists)
            {
                throw new InvalidDataException("A generated record is broken.");
            }

            int partition = number % given.Partitions;
            accumulators[partition].Add(folder.Staged, second / given.StepSeconds);
            offsets[partition]++;
            spans += folder.Staged.Spans;
            Count(() =>
            {
                figures.SourceBytes += records.Current.Length;
                figures.Spans += folder.Staged.Spans;
            });
        }
    }

    private void Cut(int second)
    {
        List<DeltaBlock>[] byShard = [.. states.Select(_ => new List<DeltaBlock>())];
        for (int partition = 0; partition < given.Partitions; partition++)
        {
            long from = states[0].Sources[partition].ExpectedOffset;
            DeltaHeader header = new(0, ByteString.Empty, partition, from, offsets[partition], given.Partitions, second * 1000L);
            IReadOnlyList<DeltaBlock>[] built = [.. blocks.Build(folder.Freeze(), accumulators[partition], header)];
            accumulators[partition].Clear();
            for (int shard = 0; shard < given.Shards; shard++)
            {
                byShard[shard].AddRange(built[shard]);
            }
        }

        for (int shard = 0; shard < given.Shards; shard++)
        {
            foreach (DeltaBatch batch in DeltaBatchPacker.Pack(byShard[shard]))
            {
                Apply(shard, batch);
            }
        }
    }

    private void Apply(int shard, DeltaBatch batch)
    {
        byte[] bytes = batch.ToByteArray();
        Count(() =>
        {
            figures.DeltaBytes += bytes.Length;
            figures.DeltaCompressedBytes += Snappy.CompressToArray(bytes).Length;
        });
        foreach (DeltaBlock block in DeltaBatch.Parser.ParseFrom(bytes).Blocks)
        {
            if (states[shard].Apply(block, deltasOffsets[shard]).IsRefusal)
            {
                throw new InvalidOperationException("A block was refused.");
            }

            CloseSteps(states[shard]);
        }

        states[shard].CompleteRecord(deltasOffsets[shard]++);
    }

    private void CloseSteps(ShardState state)
    {
        while (state.NextClosableStep is long step)
        {
            state.Close(step);
            StepRecords records = new(state, encoder);
            long samples = 0;
            while (records.MoveNext())
            {
                samples += Send(records.Value.ToArray());
            }

            state.Finish();
            Count(() => figures.PrometheusSeries += samples);
        }
    }

    private long Send(byte[] record)
    {
        SeriesBuffer series = new();
        translator.Translate(ExportMetricsServiceRequest.Parser.ParseFrom(record), series);
        RemoteWriteBatcher batcher = new(int.MaxValue, false);
        batcher.Append(series);
        Count(() =>
        {
            figures.PointBytes += record.Length;
            figures.PointCompressedBytes += Snappy.CompressToArray(record).Length;
            figures.Samples += series.SampleCount;
            figures.RemoteWriteBytes += batcher.Requests().Sum(request => Snappy.CompressToArray(request.Body.Span).Length);
        });
        return series.SampleCount;
    }

    private void WriteChunks()
    {
        foreach (SnapshotWriter writer in snapshots)
        {
            List<StateRecord> records = [];
            writer.WriteChunk(records);
            foreach (StateRecord record in records.Where(record => record.Value is not null))
            {
                Count(() =>
                {
                    figures.StateBytes += record.Value!.Length;
                    figures.StateCompressedBytes += Snappy.CompressToArray(record.Value).Length;
                });
            }
        }
    }

    private long SetBytes()
    {
        long bytes = 0;
        foreach (ShardState state in states)
        {
            SnapshotWriter writer = new(state);
            List<StateRecord> records = [];
            while (writer.CompleteSet is null)
            {
                writer.WriteChunk(records);
            }

            bytes += records.Sum(record => record.Value is null ? 0L : Snappy.CompressToArray(record.Value).Length);
        }

        return bytes;
    }

    private void Count(Action add)
    {
        if (isCounting)
        {
            add();
        }
    }

    // What is left is what merge holds.
    private void Forget()
    {
        folder.ClearTables();
        foreach (DeltaAccumulator accumulator in accumulators)
        {
            accumulator.Clear();
        }
    }

    private void Print()
    {
        double seconds = figures.Seconds;
        Line("spans/s", $"{figures.Spans / seconds:F0}, {(double)figures.SourceBytes / figures.Spans:F0} bytes each");
        double each = (double)figures.MergeBytes / figures.Series;
        Line("series in merge", $"{figures.Series}, {each:F0} bytes each, {figures.MergeBytes / 1e6:F0} MB in all");
        Line("series in Prometheus", $"{figures.PrometheusSeries / Steps}, {figures.Samples / seconds:F0} samples/s");
        Topic("span topic", figures.SourceBytes, null);
        Topic("deltas topic", figures.DeltaBytes, figures.DeltaCompressedBytes);
        Topic("state topic, written", figures.StateBytes, figures.StateCompressedBytes);
        Line("state topic, kept", $"two sets of snapshots, {2 * SetBytes() / 1e6:F1} MB compressed");
        Topic("metrics topic", figures.PointBytes, figures.PointCompressedBytes);
        Topic("remote write", figures.RemoteWriteBytes, null);
        double spanBytes = figures.SourceBytes;
        Line("deltas / spans", $"{figures.DeltaCompressedBytes / spanBytes:P1} compressed, {figures.DeltaBytes / spanBytes:P1} not");
    }

    private void Topic(string name, long bytes, long? compressed) => Line(
        name,
        $"{bytes / 1e6 / figures.Seconds:F2} MB/s, {figures.PerDay(bytes):F0} GB/day"
        + (compressed is long smaller ? $"; compressed {smaller / 1e6 / figures.Seconds:F2} MB/s, {figures.PerDay(smaller):F0} GB/day" : ""));

    private static void Line(string name, FormattableString text) => Line(name, FormattableString.Invariant(text));

    private static void Line(string name, string text) => Console.WriteLine($"{name,-24}{text}");
}
