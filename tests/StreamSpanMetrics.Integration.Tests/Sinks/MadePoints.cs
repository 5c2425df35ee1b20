using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Integration.Tests.Sinks;

/// <summary>Spans at given times through the core alone: the requests of remote write that a worker would send for them, step by step.</summary>
internal sealed class MadePoints
{
    private const int StepMillis = 15_000;

    private readonly SpanRules spans = new() { HistogramEnabled = false };
    private readonly RecordFolder folder;
    private readonly DeltaAccumulator accumulator = new(new ExplicitBounds(new HistogramRules()));
    private readonly DeltaBlockBuilder blocks = new(shards: 1, new HistogramRules());
    private readonly ShardState state;
    private readonly PointEncoder encoder;
    private readonly SeriesTranslator translator;
    private readonly List<ReadOnlyMemory<byte>> requests = [];
    private long offset;

    private MadePoints(EmissionRules emission, string label)
    {
        folder = new RecordFolder(spans);
        PointRules points = new() { Emission = emission };
        state = new ShardState(points.ForShard(0, 0, folder.Layout), [0], ByteString.Empty);
        encoder = new PointEncoder(points, folder.Layout);
        translator = new SeriesTranslator(new PrometheusRules { ExternalLabels = new Dictionary<string, string> { ["emit"] = label } });
    }

    /// <summary>Samples in all requests.</summary>
    public int Samples { get; private set; }

    /// <summary>Bodies of the requests, not compressed, one a step.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Requests => requests;

    /// <summary>Makes them.</summary>
    /// <param name="emission">When a series is sent.</param>
    /// <param name="label">Value of the label <c>emit</c>.</param>
    /// <param name="traffic">Spans: name, and milliseconds since 1970, in order of time.</param>
    /// <param name="endMillis">Where it ends, in milliseconds since 1970.</param>
    public static MadePoints Of(EmissionRules emission, string label, IEnumerable<(string Name, long Millis)> traffic, long endMillis)
    {
        MadePoints made = new(emission, label);
        foreach (IGrouping<long, (string Name, long Millis)> step in traffic.GroupBy(span => span.Millis / StepMillis))
        {
            made.Add(step.Key, [.. step.Select(span => span.Name)]);
        }

        made.Cut(endMillis);
        return made;
    }

    private void Add(long step, string[] names)
    {
        ScopeSpans scope = new();
        scope.Spans.AddRange(names.Select(name => new Span { Name = name, StartTimeUnixNano = 1, EndTimeUnixNano = 2 }));
        ResourceSpans resource = new() { Resource = new Resource(), ScopeSpans = { scope } };
        resource.Resource.Attributes.Add(new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = "bias" } });
        Assert.False(folder.Fold(new ExportTraceServiceRequest { ResourceSpans = { resource } }.ToByteArray()).Exists);
        accumulator.Add(folder.Staged, step);
        Cut(step * StepMillis);
    }

    private void Cut(long watermarkMillis)
    {
        DeltaHeader header = new(0, ByteString.Empty, 0, offset, offset + 1, 1, watermarkMillis);
        foreach (DeltaBlock block in blocks.Build(folder.Freeze(), accumulator, header)[0])
        {
            Assert.Equal(ApplyOutcome.Applied, state.Apply(block, offset).Outcome);
        }

        accumulator.Clear();
        while (state.NextClosableStep is long step)
        {
            state.Close(step);
            StepRecords records = new(state, encoder);
            while (records.MoveNext())
            {
                Send(ExportMetricsServiceRequest.Parser.ParseFrom(records.Value));
            }

            state.Finish();
        }

        state.CompleteRecord(offset++);
    }

    private void Send(ExportMetricsServiceRequest record)
    {
        SeriesBuffer series = new();
        translator.Translate(record, series);
        RemoteWriteBatcher batcher = new(int.MaxValue, sendMetadata: false);
        batcher.Append(series);
        Samples += batcher.SampleCount;
        requests.AddRange(batcher.Requests().Select(request => (ReadOnlyMemory<byte>)request.Body.ToArray()));
    }
}
