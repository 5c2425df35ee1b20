using System.Diagnostics;
using Google.Protobuf;
using StreamSpanMetrics.Benchmarks.Corpora;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>
/// A shard of merge that gets all its series from real delta blocks: three labels (service.name, span.name, span.kind) and 16 buckets.
/// </summary>
internal sealed class FilledShard
{
    private const int SpansPerRecord = 100;
    private const int Portion = 256;
    private const int IntervalMillis = 15_000;

    private static readonly SpanRules Spans = new() { IncludeStatusCode = false };

    private static readonly SeriesLayout Layout = new(Spans);

    private static readonly HistogramRules Histogram = new()
    {
        BoundsNanos = [.. new[] { 2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10_000 }.Select(ms => ms * 1_000_000L)],
    };

    private static readonly PointRules Points = new() { IntervalMillis = IntervalMillis, Histogram = Histogram };

    private readonly List<byte[]> batches;
    private readonly PointEncoder encoder = new(Points, Layout);
    private long nextOffset;

    private delegate bool Continue(ref int work);

    /// <summary>A shard without series, and the blocks of a step with an entry of every series.</summary>
    public FilledShard(int series)
    {
        batches = Blocks(series);
        State = new ShardState(Rules, [0], ByteString.Empty);
    }

    /// <summary>The rules of the shard.</summary>
    public static ShardRules Rules { get; } = new()
    {
        IntervalMillis = IntervalMillis,
        Histogram = Histogram.Shape,
        Layout = Layout,
    };

    /// <summary>The shard.</summary>
    public ShardState State { get; }

    /// <summary>Longest time that reading and applying one record of the last applied step took.</summary>
    public TimeSpan LongestApply { get; private set; }

    /// <summary>Applies a step's blocks with an entry of every series, up to the moment when it can be closed. Steps count from 0.</summary>
    public void ApplyStep(int step)
    {
        LongestApply = TimeSpan.Zero;
        foreach (byte[] batch in batches)
        {
            long started = Stopwatch.GetTimestamp();
            DeltaBatch message = DeltaBatch.Parser.ParseFrom(batch);
            foreach (DeltaBlock block in message.Blocks)
            {
                MoveTo(block, step);
                Check(State.Apply(block, nextOffset));
            }

            State.CompleteRecord(nextOffset++);
            TimeSpan took = Stopwatch.GetElapsedTime(started);
            LongestApply = took > LongestApply ? took : LongestApply;
        }

        DeltaBlock end = new()
        {
            Format = DeltaFormat.Version,
            FromOffset = (2 * step) + 1,
            ToOffset = (2 * step) + 2,
            Parts = 1,
            SourcePartitionCount = 1,
            WatermarkUnixMillis = (step + 1L) * IntervalMillis,
        };
        Check(State.Apply(end, nextOffset));
    }

    /// <summary>Closes the step and computes all its point records; returns their bytes.</summary>
    public long CloseStep(Action<ReadOnlySpan<byte>>? onRecord = null)
    {
        long bytes = 0;
        while (State.NextClosableStep is long step)
        {
            State.Close(step);
            StepRecords records = new(State, encoder);
            while (records.MoveNext())
            {
                bytes += records.Value.Length;
                onRecord?.Invoke(records.Value);
            }

            State.Finish();
        }

        State.CompleteRecord(nextOffset++);
        return bytes;
    }

    /// <summary>Delta batches with an entry for each of a number of series.</summary>
    public static IEnumerable<DeltaBatch> Batches(int series) => Blocks(series).Select(batch => DeltaBatch.Parser.ParseFrom(batch));

    /// <summary>Closes the step as merge does, in slices, and computes all its point records; returns the longest slice.</summary>
    public TimeSpan CloseStepInSlices(TimeSpan duration)
    {
        TimeSpan longest = TimeSpan.Zero;
        while (State.NextClosableStep is long step)
        {
            State.BeginClose(step);
            longest = Longest(longest, duration, Portions(State.ContinueClose));
            StepRecords records = new(State, encoder);
            longest = Longest(longest, duration, () => records.MoveNext() && records.Key.ToArray().Length + records.Value.ToArray().Length >= 0);
            longest = Longest(longest, duration, Portions(State.ContinueFinish));
        }

        State.CompleteRecord(nextOffset++);
        return longest;
    }

    /// <summary>Writes a whole set of chunks in slices; returns the longest.</summary>
    public TimeSpan SnapshotInSlices(TimeSpan duration)
    {
        TimeSpan longest = TimeSpan.Zero;
        SnapshotWriter writer = new(State);
        List<StateRecord> records = [];
        while (writer.CompleteSet is null)
        {
            longest = Longest(longest, duration, () =>
            {
                writer.TryBeginChunk();
                int work = Portion;
                bool built = writer.ContinueChunk(ref work);
                if (built)
                {
                    writer.TakeChunk(records);
                }

                return !built;
            });
        }

        return longest;
    }

    /// <summary>What the state topic would hold after a full set of snapshot chunks, for a restore without any replay.</summary>
    public StateContents Snapshot() => Snapshot(out _, out _);

    /// <summary>As <see cref="Snapshot()"/>, with the bytes and the number of the chunks.</summary>
    public StateContents Snapshot(out long bytes, out int chunks)
    {
        StateContents contents = new(0);
        IReadOnlyList<StateRecord> records = StateRecords();
        bytes = 0;
        chunks = records.Count - 2;
        foreach (StateRecord record in records)
        {
            bytes += record.Value?.Length ?? 0;
            contents.Add(record.Key, record.Value);
        }

        return contents;
    }

    /// <summary>The records of <see cref="Snapshot()"/>, one by one: control, chunks, progress.</summary>
    public IReadOnlyList<StateRecord> StateRecords()
    {
        ControlRecord control = new() { Format = 1, Shards = 1 };
        control.StartOffsets.Add(0);
        List<StateRecord> records = [new StateRecord(StateKeys.Control(0), StateSeal.Seal(control))];
        SnapshotWriter writer = new(State);
        while (writer.CompleteSet is null)
        {
            writer.WriteChunk(records);
        }

        records.Add(ProgressBuilder.Record(0, ProgressBuilder.Build(State, writer, 0, 0)));
        return records;
    }

    // As the loop's slices do: portions until the time is over.
    private static TimeSpan Longest(TimeSpan longest, TimeSpan duration, Func<bool> portion)
    {
        bool more = true;
        while (more)
        {
            long started = Stopwatch.GetTimestamp();
            while (more && Stopwatch.GetElapsedTime(started) < duration)
            {
                more = portion();
            }

            TimeSpan slice = Stopwatch.GetElapsedTime(started);
            longest = slice > longest ? slice : longest;
        }

        return longest;
    }

    private static Func<bool> Portions(Continue work) => () =>
    {
        int portion = Portion;
        return !work(ref portion);
    };

    private static List<byte[]> Blocks(int series)
    {
        RecordFolder folder = new(Spans);
        DeltaAccumulator accumulator = new(new ExplicitBounds(Histogram));
        CorpusShape shape = new(series, SpansPerRecord, 2 * series);
        foreach (byte[] record in new CorpusGenerator(shape).Records())
        {
            DecodeProblem problem = folder.Fold(record);
            if (problem.Exists)
            {
                throw new InvalidDataException($"A generated record is broken: {problem}.");
            }

            accumulator.Add(folder.Staged, 0);
        }

        DeltaHeader header = new(0, ByteString.Empty, 0, 0, 1, 1, 0);
        IReadOnlyList<DeltaBlock> blocks = new DeltaBlockBuilder(1, Histogram).Build(folder.Freeze(), accumulator, header)[0];
        return [.. DeltaBatchPacker.Pack(blocks).Select(batch => batch.ToByteArray())];
    }

    private static void MoveTo(DeltaBlock block, int step)
    {
        block.FromOffset = 2 * step;
        block.ToOffset = (2 * step) + 1;
        block.WatermarkUnixMillis = (long)step * IntervalMillis;
        foreach (DeltaStep entries in block.Steps)
        {
            entries.Step = step;
        }
    }

    private static void Check(ApplyResult result)
    {
        if (result.IsRefusal)
        {
            throw new InvalidOperationException($"A block was refused: {result}.");
        }
    }
}
