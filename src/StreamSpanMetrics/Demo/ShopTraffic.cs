using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>
/// The traffic of a small shop as a Collector's Kafka exporter behind a batch processor writes it: records of about 100 to 200 spans from
/// several resources. The same seed and the same sequence of times give the same bytes. One thread generates; the counts may be read by
/// others.
/// </summary>
public sealed class ShopTraffic
{
    /// <summary>Spans per second where the caller does not say.</summary>
    public const double DefaultSpansPerSecond = 2_000;

    private const int LeastRecordSpans = 100;
    private const int MostRecordSpans = 170;
    private const string ScopeName = "shop.instrumentation";

    private readonly ShopCatalog catalog = new();
    private readonly Random random;
    private readonly ErrorBursts bursts;
    private readonly TraceMaker traces;
    private readonly double spansPerSecond;
    private double dueSpans;

    /// <summary>Prepares a shop.</summary>
    /// <param name="seed">Decides everything that is random.</param>
    /// <param name="spansPerSecond">Average rate, above 0.</param>
    public ShopTraffic(int seed, double spansPerSecond = DefaultSpansPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(spansPerSecond);
        this.spansPerSecond = spansPerSecond;
        random = new Random(seed);
        bursts = new ErrorBursts(new Random(random.Next()), catalog.BurstServices);
        traces = new TraceMaker(random, bursts);
    }

    /// <summary>What was generated so far.</summary>
    public TrafficCounts Counts { get; } = new();

    /// <summary>Name of the service that fails now, or null.</summary>
    public string? StruckService => bursts.Struck?.Name;

    /// <summary>
    /// Generates the traces that ended in the time up to <paramref name="now"/>. A trace is never cut: a call may give some spans more
    /// than the rate asks for, and the next ones give fewer.
    /// </summary>
    /// <param name="now">End of the window; not before that of the last call.</param>
    /// <param name="elapsed">Length of the window, not negative.</param>
    /// <returns>Records in order, possibly none.</returns>
    public IReadOnlyList<TrafficRecord> NextBatch(DateTimeOffset now, TimeSpan elapsed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(elapsed, TimeSpan.Zero);
        bursts.MoveTo(now);
        long nowNanos = (now.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * TimeSpan.NanosecondsPerTick;
        long windowNanos = elapsed.Ticks * TimeSpan.NanosecondsPerTick;
        dueSpans += spansPerSecond * elapsed.TotalSeconds;
        List<TrafficRecord> records = [];
        List<MadeSpan> pending = [];
        int target = random.Next(LeastRecordSpans, MostRecordSpans);
        while (dueSpans > 0)
        {
            IReadOnlyList<MadeSpan> trace = traces.Make(DrawEntrance(), nowNanos - (long)(random.NextDouble() * windowNanos));
            dueSpans -= trace.Count;
            pending.AddRange(trace);
            if (pending.Count >= target)
            {
                records.Add(Pack(pending));
                pending.Clear();
                target = random.Next(LeastRecordSpans, MostRecordSpans);
            }
        }

        if (pending.Count > 0)
        {
            records.Add(Pack(pending));
        }

        return records;
    }

    private ShopOperation DrawEntrance()
    {
        int drawn = random.Next(catalog.TotalWeight);
        foreach ((ShopOperation operation, int weight) in catalog.Entrances)
        {
            drawn -= weight;
            if (drawn < 0)
            {
                return operation;
            }
        }

        throw new InvalidOperationException("The weights of the entrances do not add up.");
    }

    private TrafficRecord Pack(List<MadeSpan> pending)
    {
        ExportTraceServiceRequest request = new();
        Dictionary<ShopPod, ScopeSpans> byPod = [];
        foreach (MadeSpan made in pending)
        {
            if (!byPod.TryGetValue(made.Pod, out ScopeSpans? spans))
            {
                spans = new ScopeSpans { Scope = new InstrumentationScope { Name = ScopeName, Version = made.Pod.Service.Version } };
                byPod.Add(made.Pod, spans);
                ResourceSpans resource = new() { Resource = made.Pod.Resource };
                resource.ScopeSpans.Add(spans);
                request.ResourceSpans.Add(resource);
            }

            spans.Spans.Add(made.Span);
            Counts.Add(made.Pod.Service.Name, made.Span);
        }

        return new TrafficRecord(request.ToByteArray(), pending.Count);
    }
}
