using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Commands;

/// <summary>
/// The three stages without Kafka and without time: records become deltas of one step of one source partition, the deltas totals of
/// one shard, and the totals points. The order of records changes nothing (P3). Call <see cref="Add"/> for each record, then
/// <see cref="Complete"/>, then write. Not thread-safe.
/// </summary>
internal sealed class TotalsComputation
{
    private const long Step = 0;

    // Keeps the 32-bit counts of an accumulator far from their end, and its entries few; a cut costs little beside that many spans.
    private const long DefaultSpansPerCut = 1_000_000;

    // A resource with more is written in several pieces, which OTLP allows.
    private const int MaxPieceBytes = 32 * 1024 * 1024;

    private readonly ProcessorSettings settings;
    private readonly PointRules points;
    private readonly RecordFolder folder;
    private readonly DeltaAccumulator accumulator;
    private readonly DeltaBlockBuilder blocks;
    private readonly ShardState state;
    private readonly long spansPerCut;
    private long records;
    private long recordsCut;
    private long spansSinceCut;
    private long cuts;
    private ulong startNanos = ulong.MaxValue;
    private ulong endNanos;

    /// <summary>
    /// A computation under <paramref name="settings"/>, of which nothing about Kafka is used. Where the cuts between blocks fall
    /// changes nothing.
    /// </summary>
    public TotalsComputation(ProcessorSettings settings, long spansPerCut = DefaultSpansPerCut)
    {
        this.settings = settings;
        this.spansPerCut = spansPerCut;
        // Nothing can expire where no time passes.
        points = RulesBuilder.Points(settings) with { MaxRecordBytes = MaxPieceBytes, ExpiryMillis = 0, ResourceExpiryMillis = 0 };
        folder = new RecordFolder(RulesBuilder.Spans(settings));
        Filtered = new FilterDrops(settings.Stream.Filter);
        accumulator = new DeltaAccumulator(new ExplicitBounds(points.Histogram), points.Histogram.Shape.IsExponential, points.MaxExemplars);
        blocks = new DeltaBlockBuilder(shards: 1, points.Histogram);
        ShardRules rules = points.ForShard(shard: 0, rulesFingerprint: 0, folder.Layout);
        state = new ShardState(rules, [0], ByteString.Empty);
    }

    /// <summary>Spans dropped by <c>stream.filter</c>.</summary>
    public FilterDrops Filtered { get; }

    /// <summary>Spans dropped for lack of a service name, as the settings say.</summary>
    public long DroppedSpans { get; private set; }

    /// <summary>Adds a record, an <c>ExportTraceServiceRequest</c>; on a problem nothing of it counts.</summary>
    public DecodeProblem Add(ReadOnlySpan<byte> record)
    {
        DecodeProblem problem = folder.Fold(record);
        StagedRecord staged = folder.Staged;
        records++;
        if (problem.Exists)
        {
            return problem;
        }

        DroppedSpans += staged.DroppedMissingServiceName;
        Filtered.Add(staged.Filtered);
        startNanos = Math.Min(startNanos, staged.EarliestStartNanos);
        endNanos = Math.Max(endNanos, staged.LatestEndNanos);
        accumulator.Add(staged, Step);
        spansSinceCut += staged.Spans;
        if (spansSinceCut >= spansPerCut || folder.TablesAreLarge)
        {
            Cut(watermarkMillis: 0);
        }

        return problem;
    }

    /// <summary>Closes the step; no record may follow.</summary>
    public void Complete()
    {
        records++;
        Cut(watermarkMillis: points.IntervalMillis);
        if (state.NextClosableStep == Step)
        {
            // Not finished, which would change nothing but that the step's exemplars go with it.
            state.Close(Step);
        }
    }

    /// <summary>
    /// Writes the totals as one <c>ExportMetricsServiceRequest</c> in OTLP JSON, on one line: all start at the smallest span start and
    /// are of the largest span end.
    /// </summary>
    public void WriteOtlpJson(TextWriter output) => TotalsText.WriteOtlpJson(Requests(startNanos, endNanos, points), output);

    /// <summary>Writes the series that remote write would send, as OpenMetrics text without times.</summary>
    // The times do not show, but target_info needs one. The text holds totals, whatever the points of a stream would be.
    public void WriteOpenMetrics(TextWriter output) =>
        TotalsText.WriteOpenMetrics(
            Requests(0, (ulong)points.IntervalMillis * 1_000_000, points with { Emission = EmissionRules.All }), settings, output);

    private IEnumerable<ExportMetricsServiceRequest> Requests(ulong start, ulong end, PointRules rules)
    {
        StepRecords all = new(state, new PointEncoder(rules, folder.Layout), start, end);
        while (all.MoveNext())
        {
            yield return ExportMetricsServiceRequest.Parser.ParseFrom(all.Value);
        }
    }

    private void Cut(long watermarkMillis)
    {
        DeltaHeader header = new(0, ByteString.Empty, 0, recordsCut, records, 1, watermarkMillis);
        foreach (DeltaBlock block in blocks.Build(folder.Freeze(), accumulator, header)[0])
        {
            ApplyResult result = state.Apply(block, cuts);
            if (result.Outcome != ApplyOutcome.Applied)
            {
                throw new InvalidOperationException($"A block of our own was not applied: {result}.");
            }
        }

        state.CompleteRecord(cuts++);
        recordsCut = records;
        spansSinceCut = 0;
        accumulator.Clear();
        if (folder.TablesAreLarge)
        {
            folder.ClearTables();
        }
    }
}
