using System.Diagnostics.Metrics;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Telemetry;

/// <summary>
/// The instruments of a worker. Loops report events here, which are rare; what happens for every record or span is read from their
/// counters when somebody asks. For any thread.
/// </summary>
public sealed class WorkerMetrics : IDisposable
{
    /// <summary>Name of the meter of a worker that has its process to itself.</summary>
    public const string MeterName = "spanmetrics";

    // From a freeze of a millisecond to a broker that does not answer.
    private static readonly double[] DurationBounds =
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600];

    private readonly Lock gate = new();
    private readonly List<StageTelemetry> stages = [];
    private readonly Dictionary<int, double> restores = [];
    private readonly Counter<long> deadLetters;
    private readonly Counter<long> breakerTrips;
    private readonly Counter<long> clockAhead;
    private readonly Counter<long> lostRecords;
    private readonly Counter<long> folded;
    private readonly Counter<long> stepsForced;
    private readonly Counter<long> transactions;
    private readonly Counter<long> pointRecords;
    private readonly Counter<long> sequenceHoles;
    private readonly Counter<long> samplesSent;
    private readonly Counter<long> samplesRefused;
    private readonly Counter<long> remoteWriteRetries;
    private readonly Histogram<double> cutSeconds;
    private readonly Histogram<double> commitSeconds;
    private readonly Histogram<double> stepSeconds;
    private readonly Histogram<double> mergePauseSeconds;
    private readonly Histogram<double> stepToSampleSeconds;
    private readonly Histogram<double> restoreSeconds;
    private readonly Histogram<double> remoteWriteSeconds;
    private Func<TimeSpan> remoteWriteAway = () => TimeSpan.Zero;

    /// <summary>Instruments without loops.</summary>
    /// <param name="version">Version of the program.</param>
    /// <param name="time">The clock that watermarks are compared with.</param>
    /// <param name="meterName">Another name, where a process has several workers and an exporter is to see one of them.</param>
    public WorkerMetrics(string version, TimeProvider time, string meterName = MeterName)
    {
        Meter = new Meter(meterName, version);
        deadLetters = Counter("dead.letters");
        breakerTrips = Counter("breaker.trips");
        clockAhead = Counter("clock.ahead");
        lostRecords = Counter("lost.records");
        folded = Counter("folded");
        stepsForced = Counter("steps.forced");
        transactions = Counter("transactions");
        pointRecords = Counter("point.records");
        sequenceHoles = Counter("sequence.holes");
        samplesSent = Counter("samples.sent");
        samplesRefused = Counter("samples.refused");
        remoteWriteRetries = Counter("remote.write.retries");
        cutSeconds = Histogram("cut.duration");
        commitSeconds = Histogram("commit.duration");
        stepSeconds = Histogram("step.duration");
        mergePauseSeconds = Histogram("merge.pause");
        stepToSampleSeconds = Histogram("step.to.sample");
        restoreSeconds = Histogram("restore.duration");
        remoteWriteSeconds = Histogram("remote.write.duration");
        ObserveCounts();
        ObserveStanding(time);
        Observe<long>("build.info", () => [new Measurement<long>(1, Tag("version", version))]);
    }

    /// <summary>The meter: listeners can tell the instruments of this worker from those of another one in the process.</summary>
    public Meter Meter { get; }

    /// <summary>The loops, in the order in which they were added.</summary>
    public IReadOnlyList<StageTelemetry> Stages
    {
        get
        {
            lock (gate)
            {
                return [.. stages];
            }
        }
    }

    /// <summary>Says for how long remote write has been failing.</summary>
    public void ObserveRemoteWrite(Func<TimeSpan> away) => remoteWriteAway = away;

    /// <summary>
    /// Starts the counts of a stage's transactions at zero. (As all events with a count of zero do: a counter that is born with its first
    /// event hides that event from <c>increase()</c>.)
    /// </summary>
    public void ExpectTransactions(string stage, params IEnumerable<string> outcomes)
    {
        foreach (string outcome in outcomes)
        {
            transactions.Add(0, Tag("stage", stage), Tag("outcome", outcome));
        }
    }

    /// <summary>Records went to the dead-letter topic.</summary>
    public void DeadLetters(string reason, long count) => deadLetters.Add(count, Tag("reason", reason));

    /// <summary>A partition was paused because most of its records did not decode.</summary>
    public void BreakerTripped(int partition, long count) => breakerTrips.Add(count, Tag("partition", partition));

    /// <summary>Timestamps of a partition were lowered.</summary>
    public void ClockAhead(int partition, long count) => clockAhead.Add(count, Tag("partition", partition));

    /// <summary>Offsets were deleted before they were read.</summary>
    public void Lost(string stage, int partition, long count) => lostRecords.Add(count, Tag("stage", stage), Tag("partition", partition));

    /// <summary>Entries went into later steps than theirs.</summary>
    public void Folded(long count) => folded.Add(count);

    /// <summary>A step was closed without a partition.</summary>
    public void StepForced() => stepsForced.Add(1);

    /// <summary>A transaction ended.</summary>
    public void Transaction(string stage, string outcome, TimeSpan duration)
    {
        transactions.Add(1, Tag("stage", stage), Tag("outcome", outcome));
        commitSeconds.Record(duration.TotalSeconds, Tag("stage", stage));
    }

    /// <summary>Point records were committed.</summary>
    public void PointRecords(int count) => pointRecords.Add(count);

    /// <summary>A number of a point record was not the next one.</summary>
    public void SequenceHole() => sequenceHoles.Add(1);

    /// <summary>A request was settled: samples accepted.</summary>
    public void SamplesSent(long count, TimeSpan duration)
    {
        samplesSent.Add(count);
        remoteWriteSeconds.Record(duration.TotalSeconds);
    }

    /// <summary>Samples were refused for good.</summary>
    public void SamplesRefused(string reason, long count) => samplesRefused.Add(count, Tag("reason", reason));

    /// <summary>An attempt of remote write failed and is repeated.</summary>
    public void RemoteWriteRetried() => remoteWriteRetries.Add(1);

    /// <summary>A cut was frozen.</summary>
    public void CutFrozen(TimeSpan duration) => cutSeconds.Record(duration.TotalSeconds);

    /// <summary>A step was closed and its points computed.</summary>
    public void StepClosed(TimeSpan duration) => stepSeconds.Record(duration.TotalSeconds);

    /// <summary>A merge loop did not poll.</summary>
    public void MergePaused(string work, TimeSpan duration) => mergePauseSeconds.Record(duration.TotalSeconds, Tag("work", work));

    /// <summary>The last samples of a step were accepted.</summary>
    public void StepAccepted(TimeSpan sinceEnd) => stepToSampleSeconds.Record(sinceEnd.TotalSeconds);

    /// <summary>A shard's restore came to <paramref name="part"/>, from 0 to 1.</summary>
    public void RestoreProgress(int shard, double part)
    {
        lock (gate)
        {
            restores[shard] = part;
        }
    }

    /// <summary>A shard's restore ended, well or not: there is no progress to tell any more.</summary>
    public void RestoreEnded(int shard)
    {
        lock (gate)
        {
            restores.Remove(shard);
        }
    }

    /// <summary>A shard was restored.</summary>
    public void Restored(TimeSpan duration) => restoreSeconds.Record(duration.TotalSeconds);

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    /// <summary>Adds a loop.</summary>
    internal void Add(StageTelemetry stage)
    {
        lock (gate)
        {
            stages.Add(stage);
        }
    }

    private void ObserveCounts()
    {
        Sum("records", folds => folds.Records);
        Sum("read", folds => folds.Bytes);
        Sum("spans.counted", folds => folds.Spans);
        Sum("events.counted", folds => folds.Events);
        InstrumentEntry dropped = InstrumentCatalog.Find("spans.dropped");
        Meter.CreateObservableCounter(dropped.Name, Dropped, dropped.Unit, dropped.Description);
        Reasons(
            "spans.mended",
            ("unknown_service", Folds(folds => folds.UnknownService)),
            ("end_before_start", Folds(folds => folds.EndBeforeStart)));
        Reasons(
            "texts.mended",
            ("invalid_utf8", Texts(texts => texts.InvalidUtf8)),
            ("too_deep", Texts(texts => texts.TooDeep)),
            ("too_long", Texts(texts => texts.TooLong)),
            ("malformed", Texts(texts => texts.Malformed)));
    }

    private void ObserveStanding(TimeProvider time)
    {
        Observe("lag.records", () => Rows(row => (long?)row.LagRecords));
        Observe("lag", () => Rows(row => row.LagSeconds));
        Observe("unstable.records", () => Rows(row => (long?)row.UnstableRecords));
        Observe("unstable.age", () => Rows(row => (double?)row.UnstableAgeSeconds));
        Observe("watermark.timestamp", () => Watermarks(millis => millis / 1e3));
        Observe("watermark.behind", () => Watermarks(millis => (time.GetUtcNow().ToUnixTimeMilliseconds() - millis) / 1e3));
        Observe("assigned.partitions", () => ByStage(stage => stage.AssignedPartitions));
        Observe("paused.partitions", () => ByStage(stage => stage.Partitions?.Count(row => row.IsPaused) ?? 0));
        Observe<long>("stopped.shards", () => [new Measurement<long>(Stages.Sum(stage => stage.Shards.Count(shard => shard.IsStopped)))]);
        Observe<long>("restoring.shards", () => [new Measurement<long>(Stages.Sum(stage => stage.RestoringShards))]);
        Observe("restore.progress", Restores);
        Observe("active.series", () =>
            from stage in Stages
            from shard in stage.Shards
            select new Measurement<long>(shard.ActiveSeries, Tag("shard", shard.Shard)));
        Observe("service.series", () => Stages
            .SelectMany(stage => stage.SeriesByService)
            .GroupBy(service => service.Key, service => service.Value)
            .Select(service => new Measurement<long>(service.Sum(), Tag("service", service.Key))));
        Observe("limited.resources", () => Limited(service => service.Resources));
        Observe("refused.keys", () => Limited(service => service.Keys));
        Observe("label.limited.resources", () => Limited(service => service.LabelResources));
        Observe<double>("remote.write.away", () => [new Measurement<double>(remoteWriteAway().TotalSeconds)]);
    }

    private IEnumerable<Measurement<long>> Limited(Func<LimitedService, long> value) => Stages
        .SelectMany(stage => stage.LimitedServices)
        .GroupBy(service => service.ServiceName, value)
        .Where(service => service.Sum() > 0)
        .Select(service => new Measurement<long>(service.Sum(), Tag("service", service.Key)));

    private List<Measurement<double>> Restores()
    {
        lock (gate)
        {
            return [.. restores.Select(restore => new Measurement<double>(restore.Value, Tag("shard", restore.Key)))];
        }
    }

    private List<Measurement<long>> Dropped()
    {
        List<FoldCounters> folds = [.. Stages.Select(stage => stage.Folds).OfType<FoldCounters>()];
        List<Measurement<long>> measured =
            [new(folds.Sum(fold => fold.DroppedMissingServiceName), Tag("reason", "missing_service_name"))];

        // All loops of a worker count under the same rules.
        FilterDrops[] filtered = [.. folds.Select(fold => fold.Filtered)];
        if (filtered.Any(drops => drops.HasInclude))
        {
            measured.Add(new(filtered.Sum(drops => drops.NotIncluded), Tag("reason", "not_included")));
        }

        for (int rule = 1; rule <= (filtered.Length == 0 ? 0 : filtered.Min(drops => drops.ExcludeCount)); rule++)
        {
            measured.Add(new(filtered.Sum(drops => drops.Excluded(rule)), Tag("reason", "excluded"), Tag("rule", rule)));
        }

        return measured;
    }

    private IEnumerable<Measurement<T>> Rows<T>(Func<PartitionStatus, T?> value)
        where T : struct =>
        from stage in Stages
        from row in stage.Partitions ?? []
        let measured = value(row)
        where measured is not null
        select new Measurement<T>(measured.Value, Tag("stage", stage.Stage), Tag("partition", row.Partition));

    private IEnumerable<Measurement<double>> Watermarks(Func<long, double> value) =>
        from stage in Stages
        from row in stage.Partitions ?? []
        where row.WatermarkMillis is not null
        select new Measurement<double>(value(row.WatermarkMillis!.Value), Tag("partition", row.Partition));

    private IEnumerable<Measurement<long>> ByStage(Func<StageTelemetry, long> value) =>
        Stages.GroupBy(stage => stage.Stage, value).Select(stage => new Measurement<long>(stage.Sum(), Tag("stage", stage.Key)));

    private Func<long> Folds(Func<FoldCounters, long> value) => () => Stages.Sum(stage => stage.Folds is null ? 0 : value(stage.Folds));

    private Func<long> Texts(Func<TextCounters, long> value) => () => Stages.Sum(stage => stage.Texts is null ? 0 : value(stage.Texts));

    private void Sum(string name, Func<FoldCounters, long> value)
    {
        InstrumentEntry entry = InstrumentCatalog.Find(name);
        Meter.CreateObservableCounter(entry.Name, Folds(value), entry.Unit, entry.Description);
    }

    private void Reasons(string name, params (string Reason, Func<long> Value)[] reasons)
    {
        InstrumentEntry entry = InstrumentCatalog.Find(name);
        Meter.CreateObservableCounter(
            entry.Name,
            () => reasons.Select(reason => new Measurement<long>(reason.Value(), Tag("reason", reason.Reason))),
            entry.Unit,
            entry.Description);
    }

    private void Observe<T>(string name, Func<IEnumerable<Measurement<T>>> values)
        where T : struct
    {
        InstrumentEntry entry = InstrumentCatalog.Find(name);
        Meter.CreateObservableGauge(entry.Name, values, entry.Unit, entry.Description);
    }

    private Counter<long> Counter(string name)
    {
        InstrumentEntry entry = InstrumentCatalog.Find(name);
        return Meter.CreateCounter<long>(entry.Name, entry.Unit, entry.Description);
    }

    private Histogram<double> Histogram(string name)
    {
        InstrumentEntry entry = InstrumentCatalog.Find(name);
        InstrumentAdvice<double> advice = new() { HistogramBucketBoundaries = DurationBounds };
        return Meter.CreateHistogram(entry.Name, entry.Unit, entry.Description, null, advice);
    }

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
