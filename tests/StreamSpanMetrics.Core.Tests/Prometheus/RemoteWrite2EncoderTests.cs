using Google.Protobuf;
using OpenTelemetry.Proto.Metrics.V1;
using Prometheus.RemoteWrite.V2;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Testing;
using V1 = Prometheus.RemoteWrite.V1;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

public sealed class RemoteWrite2EncoderTests
{
    private const ulong T = 1_700_000_000_000;
    private const ulong Start = 1_699_999_940_000;

    // calls_total{job="checkout"} 3 @1700000000000 since 1699999940000, a counter with help; by hand from the field numbers.
    private const string Vector =
        "220022085f5f6e616d655f5f220b63616c6c735f746f74616c22036a6f622208636865636b6f7574220f4e756d626572206f66207370616e73"
        + "2a250a040102030412170900000000000008401080d095ffbc3118a0fb91ffbc312a0408011805";

    private static readonly PrometheusRules Bare = new() { DisableScopeInfo = true };

    private readonly RemoteWrite2Encoder encoder = new();

    [Fact]
    public void The_bytes_of_a_request_are_those_of_the_known_vector()
    {
        Metric calls = SeriesTranslatorTests.Calls("calls", Since(Start, SeriesTranslatorTests.Number(T, 3)));
        calls.Description = "Number of spans";
        Assert.Equal(Convert.FromHexString(Vector), Encode(Translate(["service.name", "checkout"], calls)));
    }

    [Fact]
    public void Counters_and_histograms_tell_their_start_where_it_says_something()
    {
        NumberDataPoint zero = Since(1000, SeriesTranslatorTests.Number(1000, 0, "of", "counter"));
        NumberDataPoint next = Since(1000, SeriesTranslatorTests.Number(2000, 5, "of", "counter"));
        NumberDataPoint unknown = SeriesTranslatorTests.Number(2000, 6, "of", "no start");
        NumberDataPoint last = Since(1000, SeriesTranslatorTests.Number(2000, 0, "of", "ended"));
        last.Flags = (uint)DataPointFlags.NoRecordedValueMask;
        Metric gauge = new() { Name = "level", Gauge = new Gauge() };
        gauge.Gauge.DataPoints.Add(Since(1000, SeriesTranslatorTests.Number(2000, 7)));
        HistogramDataPoint duration = SeriesTranslatorTests.Duration(2000, [1, 2], [5], 30);
        duration.StartTimeUnixNano = 1_500_999_999;
        Request request = Request.Parser.ParseFrom(Encode(Translate(
            ["service.name", "c", "k", "v"],
            SeriesTranslatorTests.Calls("calls", zero, next, unknown, last), gauge,
            SeriesTranslatorTests.Histogram("duration", "s", duration))));
        string[] expected = ["calls_total 0 1000", "calls_total 0", "calls_total 0", "level 0",
            "duration_seconds_sum 1500", "duration_seconds_count 1500", "duration_seconds_bucket 1500", "duration_seconds_bucket 1500",
            "target_info 0"];
        Assert.Equal(expected, request.Timeseries.Select(series =>
            $"{NameOf(request, series)} {string.Join(' ', series.Samples.Select(sample => sample.StartTimestamp))}"));
    }

    [Fact]
    public void Native_histograms_tell_their_start_too()
    {
        Metric exponential = new()
        {
            Name = "native", Unit = "s",
            ExponentialHistogram = new ExponentialHistogram { AggregationTemporality = AggregationTemporality.Cumulative },
        };
        foreach (ulong millis in (ulong[])[1000, 2000])
        {
            exponential.ExponentialHistogram.DataPoints.Add(new ExponentialHistogramDataPoint
            {
                TimeUnixNano = millis * 1_000_000, StartTimeUnixNano = 1_000_000_000, Count = 3, Positive = new() { BucketCounts = { 3 } },
            });
        }

        HistogramDataPoint duration = SeriesTranslatorTests.Duration(2000, [1, 2], [5], 30);
        duration.StartTimeUnixNano = 1_500_999_999;
        SeriesBuffer buffer = SeriesTranslatorTests.Translate(
            new PrometheusRules { ExplicitAsCustomBuckets = true },
            SeriesTranslatorTests.Record(["service.name", "c"], exponential, SeriesTranslatorTests.Histogram("custom", "s", duration)));
        Request request = Request.Parser.ParseFrom(Encode(buffer));
        Assert.Equal(TestSeries.Decode(buffer), Version2Requests.ToVersion1(request));
        Assert.Equal(
            ["native_seconds Histogram 0 1000", "custom_seconds Histogram 1500"],
            request.Timeseries.Select(series => $"{NameOf(request, series)} {series.Metadata.Type} "
                + string.Join(' ', series.Histograms.Select(histogram => histogram.StartTimestamp))));
    }

    [Fact]
    public void Metadata_is_that_of_the_family()
    {
        Metric gauge = new() { Name = "level", Unit = "By", Description = "How full.", Gauge = new Gauge() };
        gauge.Gauge.DataPoints.Add(SeriesTranslatorTests.Number(2000, 7));
        Request request = Request.Parser.ParseFrom(Encode(Translate(
            ["service.name", "c", "k", "v"],
            SeriesTranslatorTests.Calls("calls", SeriesTranslatorTests.Number(2000, 1)), gauge,
            SeriesTranslatorTests.Histogram("duration", "ms", SeriesTranslatorTests.Duration(2000, [1], [], 30)))));
        string[] expected =
        [
            "calls_total Counter", "level_bytes Gauge How full. bytes", "duration_milliseconds_sum Histogram milliseconds",
            "duration_milliseconds_count Histogram milliseconds", "duration_milliseconds_bucket Histogram milliseconds",
            "target_info Gauge Target metadata",
        ];
        Assert.Equal(expected, request.Timeseries.Select(series => string.Join(' ', new[]
        {
            NameOf(request, series), series.Metadata.Type.ToString(),
            request.Symbols[(int)series.Metadata.HelpRef], request.Symbols[(int)series.Metadata.UnitRef],
        }.Where(text => text.Length > 0))));
    }

    [Fact]
    public void Records_that_join_keep_their_metadata_and_starts()
    {
        RemoteWriteBatcher batcher = new(3_000_000, sendMetadata: false);
        for (ulong number = 1; number <= 300; number++)
        {
            batcher.Append(Translate(
                ["service.name", "s" + number],
                SeriesTranslatorTests.Calls(
                    "calls" + (number % 3),
                    Since(0, SeriesTranslatorTests.Number(number, 0)), Since(number, SeriesTranslatorTests.Number(1000, (long)number))),
                SeriesTranslatorTests.Calls(
                    "more" + (number % 5), Since(number + 300, SeriesTranslatorTests.Number(1000, (long)number + 300)))));
        }

        Request request = Request.Parser.ParseFrom(encoder.Encode(Assert.Single(batcher.Requests())).ToArray());
        Assert.Equal(600, request.Timeseries.Count);
        Assert.All(request.Timeseries, series =>
        {
            Sample last = series.Samples[^1];
            bool isFirst = last.Value <= 300;
            Assert.Equal(isFirst ? [0, (long)last.Value] : [(long)last.Value], series.Samples.Select(sample => sample.StartTimestamp));
            Assert.Equal(isFirst ? $"calls{last.Value % 3}_total" : $"more{last.Value % 5}_total", NameOf(request, series));
            Assert.Equal(Metadata.Types.MetricType.Counter, series.Metadata.Type);
        });
    }

    [Fact]
    public void Exemplars_and_native_histograms_keep_all_their_fields()
    {
        V1.TimeSeries series = new();
        series.Labels.Add(new V1.Label { Name = "__name__", Value = "duration" });
        foreach (int number in (int[])[1, 2])
        {
            V1.Exemplar exemplar = new() { Value = number / 8.0, Timestamp = 1000 + number };
            exemplar.Labels.Add(new V1.Label { Name = "trace_id", Value = "t" + number });
            exemplar.Labels.Add(new V1.Label { Name = "of", Value = "duration" });
            series.Exemplars.Add(exemplar);
        }

        foreach (uint number in (uint[])[3, 4])
        {
            V1.Histogram histogram = new() { CountInt = number, Sum = -0.0, Schema = -3, ZeroThreshold = 1e-128, ZeroCountInt = 1, Timestamp = 99 };
            histogram.PositiveSpans.Add(new V1.BucketSpan { Offset = -7, Length = 1 });
            histogram.PositiveDeltas.Add(number - 1);
            histogram.NegativeCounts.Add(2.5);
            histogram.CustomValues.Add(1.25);
            series.Histograms.Add(histogram);
        }

        SeriesBuffer buffer = Buffer(series, [0, 12]);
        Request request = Request.Parser.ParseFrom(Encode(buffer));
        Assert.Equal([0, 12], request.Timeseries[0].Histograms.Select(histogram => histogram.StartTimestamp));
        Assert.Equal(TestSeries.Decode(buffer), Version2Requests.ToVersion1(request));
        Assert.Equal(["", "__name__", "duration", "trace_id", "t1", "of", "t2"], request.Symbols);
    }

    [Fact]
    public void A_field_without_a_form_in_2_0_is_a_mistake()
    {
        byte[] odd = [0x0a, 0x02, 0x3a, 0x00];
        SeriesBuffer buffer = new();
        odd.CopyTo(buffer.ClaimSeries(odd.Length, new MetricFamily("x", MetricKind.Gauge, ""), []));
        Assert.Throws<InvalidOperationException>(() => Encode(buffer));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_series_equal_those_of_1_0_whole_and_cut(int seed)
    {
        Random random = new(seed);
        Metric calls = SeriesTranslatorTests.Calls("calls", [.. Enumerable.Range(0, 3000).Select(number => Point(random, number))]);
        calls.Unit = "By";
        calls.Description = "Numbers.";
        SeriesBuffer buffer = Translate(["service.name", "c"], calls);
        WriteRequestBatch whole = new(buffer, 0, buffer.SeriesCount);
        byte[] bytes = encoder.Encode(whole).ToArray();
        Assert.Equal(TestSeries.Decode(buffer), Version2Requests.ToVersion1(Request.Parser.ParseFrom(bytes)));
        for (int part = 0; part < 50; part++)
        {
            int first = random.Next(whole.SeriesCount);
            WriteRequestBatch slice = whole.Slice(first, random.Next(whole.SeriesCount - first) + 1);
            Request request = Request.Parser.ParseFrom(encoder.Encode(slice).ToArray());
            Assert.Equal(V1.WriteRequest.Parser.ParseFrom(slice.Body.ToArray()), Version2Requests.ToVersion1(request));
            Assert.All(request.Timeseries, series => Assert.Equal(
                ("Numbers.", "bytes"), (request.Symbols[(int)series.Metadata.HelpRef], request.Symbols[(int)series.Metadata.UnitRef])));
            Assert.Equal(request.Symbols.Count, request.Symbols.Distinct().Count());
            Assert.Equal(Enumerable.Range(1, request.Symbols.Count - 1), Version2Requests.References(request).Where(one => one > 0).Distinct());
        }

        Assert.Equal(bytes, encoder.Encode(whole).ToArray());
        Assert.Equal(bytes, new RemoteWrite2Encoder().Encode(whole).ToArray());
    }

    [Fact]
    public void A_batch_costs_no_memory_once_the_encoder_knows_its_size()
    {
        SeriesBuffer buffer = Translate(
            ["service.name", "c"], SeriesTranslatorTests.Calls("calls", SeriesTranslatorTests.Many(2000)));
        WriteRequestBatch batch = new(buffer, 0, buffer.SeriesCount);
        encoder.Encode(batch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        encoder.Encode(batch);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    // Few names and values, so that labels of neighbours often agree at some places and not at others.
    private static NumberDataPoint Point(Random random, int number)
    {
        List<string> attributes = ["n", number.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        foreach (string name in (string[])["a", "job name", "le", "z", "日本"])
        {
            if (random.Next(3) > 0)
            {
                attributes.AddRange([name, new string((char)('a' + random.Next(4)), random.Next(300))]);
            }
        }

        return Since((ulong)random.Next(3000), SeriesTranslatorTests.Number((ulong)random.Next(3000), number, [.. attributes]));
    }

    private static NumberDataPoint Since(ulong millis, NumberDataPoint point)
    {
        point.StartTimeUnixNano = millis * 1_000_000;
        return point;
    }

    private static string NameOf(Request request, TimeSeries series)
    {
        int at = 0;
        while (request.Symbols[(int)series.LabelsRefs[at]] != "__name__")
        {
            at += 2;
        }

        return request.Symbols[(int)series.LabelsRefs[at + 1]];
    }

    private static SeriesBuffer Translate(string[] resource, params Metric[] metrics) =>
        SeriesTranslatorTests.Translate(Bare, SeriesTranslatorTests.Record(resource, metrics));

    private static SeriesBuffer Buffer(V1.TimeSeries series, long[] starts)
    {
        byte[] bytes = new V1.WriteRequest { Timeseries = { series } }.ToByteArray();
        SeriesBuffer buffer = new();
        bytes.CopyTo(buffer.ClaimSeries(bytes.Length, new MetricFamily("duration", MetricKind.Histogram, ""), starts));
        return buffer;
    }

    private byte[] Encode(SeriesBuffer buffer) => encoder.Encode(new WriteRequestBatch(buffer, 0, buffer.SeriesCount)).ToArray();
}
