using System.Globalization;
using System.Numerics;
using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>
/// Computes the point records of a log directly from its source records: no blocks, no cuts, dictionaries and generated classes.
/// </summary>
internal sealed class SlowTwin
{
    private static readonly Comparer<SpanExemplar> HashOrder = Comparer<SpanExemplar>.Create((one, other) => one.CompareTo(other));

    private readonly long expirySteps;
    private readonly long resourceExpirySteps;
    private readonly TwinEmission emission;
    private readonly Dictionary<string, long> lastSeen = [];
    private readonly Func<long, StepLimits> limitsOf;
    private readonly int maxExemplars;
    private readonly SortedDictionary<string, (TestResource Resource, SortedDictionary<string, TwinSeries> Series)> resources =
        new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(string Name, string Text)>> agreements = [];
    private readonly Dictionary<string, List<(string Name, string Text)>> shrunk = [];

    public SlowTwin(
        long expirySteps, TwinEmission? emission = null, long resourceExpirySteps = long.MaxValue, Func<long, StepLimits>? limitsOf = null,
        int maxExemplars = 0)
    {
        this.resourceExpirySteps = resourceExpirySteps;
        this.expirySteps = expirySteps;
        this.emission = emission ?? new TwinEmission(null, null);
        this.limitsOf = limitsOf ?? (_ => default);
        this.maxExemplars = maxExemplars;
    }

    /// <summary>Observations that overflowed as they arrived.</summary>
    public int CappedCount { get; private set; }

    /// <summary>Keys that had values of labels replaced.</summary>
    public int ReplacedCount { get; private set; }

    private AggregationTemporality Temporality => emission.IsDelta ? AggregationTemporality.Delta : AggregationTemporality.Cumulative;

    public List<EmittedRecord> Run(SourceRecord[][] log, long intervalMillis)
    {
        SortedDictionary<long, List<Observation>> steps = [];
        long lastClosed = long.MaxValue;
        foreach (SourceRecord[] partition in log)
        {
            long clock = long.MinValue;
            TwinCap cap = new(step => limitsOf(step).Series);
            foreach (SourceRecord record in partition)
            {
                clock = Math.Max(clock, record.TimestampMillis);
                long step = clock / intervalMillis;
                steps.TryAdd(step, []);
                steps[step].AddRange(record.Observations.Select(observation => cap.Judge(observation, step)));
            }

            CappedCount += cap.Overflowed;
            lastClosed = Math.Min(lastClosed, (clock / intervalMillis) - 1);
        }

        List<EmittedRecord> emitted = [];
        for (long step = steps.Keys.First(); step <= lastClosed; step++)
        {
            Close(step, steps.GetValueOrDefault(step, []));
            Emit(step, intervalMillis, emitted);
            Expire(step);
        }

        return emitted;
    }

    private void Close(long step, List<Observation> observations)
    {
        foreach (TwinSeries series in resources.Values.SelectMany(entry => entry.Series.Values))
        {
            series.Before = series.Clone();
        }

        shrunk.Clear();
        HashSet<string> agreedNow = [];
        Dictionary<string, TwinAdmission> admissions = Admissions(step, observations);
        ReplacedCount += admissions.Values.Sum(admission => admission.Replaced);
        foreach (Observation observation in observations)
        {
            Agree(observation.Resource, agreedNow);
            string key = TwinKeys.OfResource(observation.Resource);
            resources.TryAdd(key, (observation.Resource, new(StringComparer.Ordinal)));
            lastSeen[key] = step;
            TestSeries target = admissions[key].TargetOf(observation.Series);
            string seriesKey = TwinKeys.OfSeries(target);
            SortedDictionary<string, TwinSeries> series = resources[key].Series;
            if (!series.TryGetValue(seriesKey, out TwinSeries? known))
            {
                known = new TwinSeries
                {
                    Family = observation.Series.Family,
                    Texts = [.. target.Values.Select(value => value.Text)],
                    Kinds = [.. target.Values.Select(value => value.Kind)],
                    FirstStep = step,
                };
                series.Add(seriesKey, known);
            }

            for (int i = 0; i < known.Kinds.Length; i++)
            {
                known.Kinds[i] = known.Kinds[i] == observation.Series.Values[i].Kind ? known.Kinds[i] : ValueKind.String;
            }

            if (emission.IsDelta && known.LastChange < step && known.Count > 0)
            {
                known.FirstStep = known.LastChange + 1;
                (known.Count, known.SumNanos, known.Buckets) = (0, 0, new ulong[4]);
            }

            known.Exemplars = known.LastChange == step ? known.Exemplars : [];
            known.Exemplars.AddRange(observation.Exemplars);
            known.LastChange = step;
            known.Count += observation.Count;
            known.SumNanos += new BigInteger(observation.Count) * observation.DurationNanos;
            known.Buckets[BlockBuilder.Bucket(observation.DurationNanos)] += observation.Count;
        }
    }

    // (M3) By resource, what becomes of new keys.
    private Dictionary<string, TwinAdmission> Admissions(long step, List<Observation> observations) => observations
        .GroupBy(one => TwinKeys.OfResource(one.Resource), one => one.Series)
        .ToDictionary(all => all.Key, all => new TwinAdmission(
            limitsOf(step),
            resources.TryGetValue(all.Key, out var found) ? found.Series : [],
            all,
            series => step - series.LastChange >= expirySteps));

    private void Agree(TestResource resource, HashSet<string> agreedNow)
    {
        List<(string Name, string Text)> own = [.. resource.Descriptive];
        if (!agreements.TryGetValue(resource.Service, out List<(string Name, string Text)>? agreed))
        {
            agreements.Add(resource.Service, own);
            agreedNow.Add(resource.Service);
            return;
        }

        List<(string Name, string Text)> common = [.. agreed.Intersect(own)];
        agreements[resource.Service] = common;
        if (common.Count < agreed.Count && !agreedNow.Contains(resource.Service))
        {
            shrunk.TryAdd(resource.Service, agreed);
        }
    }

    private void Emit(long step, long intervalMillis, List<EmittedRecord> emitted)
    {
        foreach ((TestResource resource, SortedDictionary<string, TwinSeries> all) in resources.Values)
        {
            Metric calls = Sum("traces.span.metrics.calls");
            Metric duration = new() { Name = "traces.span.metrics.duration", Unit = "ms", Histogram = new Histogram() };
            duration.Histogram.AggregationTemporality = Temporality;
            Metric events = Sum("traces.span.metrics.events");
            bool hasAny = false;
            foreach (TwinSeries series in all.Values)
            {
                bool isStale = !emission.IsDelta && Ends(resource, series, step);
                bool isSentAnyway = isStale || (!emission.IsDelta && shrunk.ContainsKey(resource.Service));
                if (!emission.IsDue(series, step) && !isSentAnyway)
                {
                    series.WasEmitted = false;
                    continue;
                }

                hasAny = true;
                long end = ((step + 1) * intervalMillis) - (isStale ? 1 : 0);
                if (!emission.IsDelta && series.LastChange == step && series.FirstStep < step && !series.WasEmitted)
                {
                    AddGapPoint(series, step, intervalMillis, series.Family == SeriesFamily.Events ? events : calls, duration);
                }

                series.WasEmitted = true;
                foreach (long time in series.FirstStep == step && !emission.IsDelta ? [step * intervalMillis, end] : new[] { end })
                {
                    bool isZero = time == step * intervalMillis;
                    (series.Family == SeriesFamily.Events ? events : calls).Sum.DataPoints.Add(
                        Number(series, time, intervalMillis, isZero, isStale));
                    if (series.Family == SeriesFamily.Spans)
                    {
                        duration.Histogram.DataPoints.Add(HistogramPoint(series, time, intervalMillis, isZero, isStale));
                    }
                }
            }

            if (!hasAny)
            {
                continue;
            }

            ScopeMetrics scope = new() { Scope = new InstrumentationScope { Name = "spanmetricsconnector" } };
            scope.Metrics.AddRange(new[] { calls, duration, events }.Where(
                metric => metric.Sum?.DataPoints.Count > 0 || metric.Histogram?.DataPoints.Count > 0));
            ExportMetricsServiceRequest request = new();
            request.ResourceMetrics.Add(new ResourceMetrics { Resource = Resource(resource, agreements[resource.Service]) });
            request.ResourceMetrics[0].ScopeMetrics.Add(scope);
            if (!emission.IsDelta && shrunk.TryGetValue(resource.Service, out var before) && all.Values.Any(series => series.FirstStep < step))
            {
                request.ResourceMetrics.Add(new ResourceMetrics { Resource = Resource(resource, before) });
            }

            emitted.Add(new EmittedRecord(step, Key(resource), Convert.ToHexString(request.ToByteArray())));
        }
    }

    private void AddGapPoint(TwinSeries series, long step, long intervalMillis, Metric sum, Metric duration)
    {
        TwinSeries before = series.Before!;
        before.Kinds = series.Kinds;
        sum.Sum.DataPoints.Add(Number(before, step * intervalMillis, intervalMillis, isZero: false, isStale: false));
        if (series.Family == SeriesFamily.Spans)
        {
            duration.Histogram.DataPoints.Add(HistogramPoint(before, step * intervalMillis, intervalMillis, isZero: false, isStale: false));
        }
    }

    private bool Ends(TestResource resource, TwinSeries series, long step) =>
        step - series.LastChange >= expirySteps || step - lastSeen[TwinKeys.OfResource(resource)] >= resourceExpirySteps;

    private void Expire(long step)
    {
        foreach (string key in resources.Keys.ToArray())
        {
            SortedDictionary<string, TwinSeries> series = resources[key].Series;
            TestResource resource = resources[key].Resource;
            foreach (string ended in series.Where(pair => Ends(resource, pair.Value, step)).Select(pair => pair.Key).ToArray())
            {
                series.Remove(ended);
            }

            if (series.Count == 0)
            {
                resources.Remove(key);
            }
        }

        foreach (string service in agreements.Keys.Where(name => resources.Values.All(entry => entry.Resource.Service != name)).ToArray())
        {
            agreements.Remove(service);
        }
    }

    private NumberDataPoint Number(TwinSeries series, long time, long interval, bool isZero, bool isStale)
    {
        NumberDataPoint point = new() { StartTimeUnixNano = Nanos(series.FirstStep * interval), TimeUnixNano = Nanos(time) };
        point.Attributes.AddRange(Attributes(series));
        if (isStale)
        {
            point.Flags = 1;
        }
        else
        {
            point.AsInt = isZero ? 0 : (long)series.Count;
            point.Exemplars.AddRange(Exemplars(series, time, interval, isZero));
        }

        return point;
    }

    private HistogramDataPoint HistogramPoint(TwinSeries series, long time, long interval, bool isZero, bool isStale)
    {
        HistogramDataPoint point = new() { StartTimeUnixNano = Nanos(series.FirstStep * interval), TimeUnixNano = Nanos(time) };
        point.ExplicitBounds.AddRange([1, 10, 100]);
        point.Attributes.AddRange(Attributes(series));
        if (isStale)
        {
            point.Flags = 1;
            return point;
        }

        point.Count = isZero ? 0 : series.Count;
        point.Sum = isZero ? 0 : (double)series.SumNanos / 1e6;
        point.BucketCounts.AddRange(isZero ? new ulong[4] : series.Buckets);
        point.Exemplars.AddRange(Exemplars(series, time, interval, isZero));
        return point;
    }

    private IEnumerable<Exemplar> Exemplars(TwinSeries series, long time, long interval, bool isZero) =>
        isZero || series.Texts.Length == 0 || series.LastChange != (time / interval) - 1
            ? []
            : from exemplar in series.Exemplars.Distinct().Order(HashOrder).Take(maxExemplars)
              select new Exemplar
              {
                  TimeUnixNano = Math.Clamp(exemplar.EndNanos, Nanos(time - interval), Nanos(time) - 1),
                  AsDouble = exemplar.DurationNanos / 1e6,
                  SpanId = exemplar.SpanId == 0 ? ByteString.Empty : ByteString.CopyFrom(Convert.FromHexString($"{exemplar.SpanId:x16}")),
                  TraceId = ByteString.CopyFrom(Convert.FromHexString($"{exemplar.TraceHigh:x16}{exemplar.TraceLow:x16}")),
              };

    private static IEnumerable<KeyValue> Attributes(TwinSeries series)
    {
        if (series.Texts.Length == 0)
        {
            yield return new KeyValue { Key = "otel.metric.overflow", Value = new AnyValue { BoolValue = true } };
            yield break;
        }

        string[] names = TwinKeys.Labels(series.Family);
        for (int i = 0; i < names.Length; i++)
        {
            if (series.Texts[i].Length > 0)
            {
                yield return new KeyValue { Key = names[i], Value = Typed(series.Kinds[i], series.Texts[i]) };
            }
        }
    }

    private static AnyValue Typed(ValueKind kind, string text) => kind switch
    {
        ValueKind.Int => new AnyValue { IntValue = long.Parse(text, CultureInfo.InvariantCulture) },
        ValueKind.Double => new AnyValue { DoubleValue = double.Parse(text, CultureInfo.InvariantCulture) },
        ValueKind.Bool => new AnyValue { BoolValue = text == "true" },
        _ => new AnyValue { StringValue = text },
    };

    private Metric Sum(string name) => new()
    {
        Name = name,
        Sum = new Sum { AggregationTemporality = Temporality, IsMonotonic = true },
    };

    private static Resource Resource(TestResource resource, List<(string Name, string Text)> descriptive)
    {
        SortedDictionary<string, string> all = new(StringComparer.Ordinal) { ["service.name"] = resource.Service };
        if (resource.Environment.Length > 0)
        {
            all["deployment.environment.name"] = resource.Environment;
        }

        foreach ((string name, string text) in descriptive)
        {
            all.Add(name, text);
        }

        Resource message = new();
        message.Attributes.AddRange(all.Select(pair =>
            new KeyValue { Key = pair.Key, Value = new AnyValue { StringValue = pair.Value } }));
        return message;
    }

    private static string Key(TestResource resource)
    {
        StringBuilder key = new();
        foreach (Schemas.V1.Attribute attribute in resource.ToMessage().Identity)
        {
            byte[] entry = new Schemas.V1.Attribute { Name = attribute.Name, Text = attribute.Text }.ToByteArray();
            key.Append("0A").Append(entry.Length.ToString("X2", CultureInfo.InvariantCulture)).Append(Convert.ToHexString(entry));
        }

        return key.ToString();
    }

    private static ulong Nanos(long millis) => (ulong)millis * 1_000_000;
}
