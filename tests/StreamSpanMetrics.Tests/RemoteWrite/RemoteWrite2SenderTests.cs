using System.Globalization;
using System.Net;
using Prometheus.RemoteWrite.V1;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.RemoteWrite;

namespace StreamSpanMetrics.Tests.RemoteWrite;

/// <summary>Remote write 2.0: what the receiver says it wrote is believed, and one that does not read it gets 1.0.</summary>
public sealed class RemoteWrite2SenderTests
{
    private static readonly RemoteWriteSettings Settings = new()
    {
        Endpoint = new Uri("http://receiver.example:9090/api/v1/write"), Message = RemoteWriteMessage.Version2,
    };

    private readonly StepClock clock = new(Settings.Timeout);
    private readonly RecordingObserver observer = new();

    [Fact]
    public async Task A_request_says_what_it_is()
    {
        FakeReceiver receiver = new((_, _) => Written(HttpStatusCode.NoContent, 10));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(10));
        Assert.Equal((10, 0, 1, 0), (outcome.SamplesSent, outcome.SamplesRefused, outcome.Requests, outcome.Retries));
        Assert.Equal(10, receiver.Taken.Count);
        Dictionary<string, string> headers = Assert.Single(receiver.Headers);
        Assert.Equal("application/x-protobuf;proto=io.prometheus.write.v2.Request", headers["Content-Type"]);
        Assert.Equal("2.0.0", headers["X-Prometheus-Remote-Write-Version"]);
        Assert.Equal("snappy", headers["Content-Encoding"]);
        Assert.Equal("spanmetrics/test", headers["User-Agent"]);
        Assert.Empty(observer.FellBackNotes);
    }

    [Theory]
    [InlineData(10, 0, 10)]
    [InlineData(4, 6, 10)]
    [InlineData(8, 0, 8)]
    [InlineData(0, 0, 0)]
    [InlineData(99, 0, 10)]
    public async Task Of_an_accepted_request_only_what_is_written_counts_as_sent(int samples, int histograms, int sent)
    {
        FakeReceiver receiver = new((_, _) => Written(HttpStatusCode.OK, samples, histograms));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(10));
        Assert.Equal((sent, 10 - sent, 1), (outcome.SamplesSent, outcome.SamplesRefused, outcome.Requests));
        Assert.Equal(10 - sent, outcome.Refused(RefusalReason.Other));
        Assert.Single(receiver.Bodies);
        if (sent < 10)
        {
            Assert.Contains($"{sent} of 10 samples written", Assert.Single(observer.RefusedNotes).Answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_count_that_is_missing_beside_another_is_zero()
    {
        FakeReceiver receiver = new((_, _) =>
        {
            HttpResponseMessage answer = FakeReceiver.Answer(HttpStatusCode.NoContent);
            answer.Headers.Add("X-Prometheus-Remote-Write-Exemplars-Written", "0");
            return answer;
        });
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(3));
        Assert.Equal((0, 3), (outcome.SamplesSent, outcome.SamplesRefused));
        Assert.Empty(observer.FellBackNotes);
    }

    [Theory]
    [InlineData(HttpStatusCode.UnsupportedMediaType, "no")]
    [InlineData(HttpStatusCode.NoContent, "")]
    [InlineData(HttpStatusCode.OK, "")]
    [InlineData(HttpStatusCode.BadRequest, "cannot unmarshal")]
    public async Task A_receiver_of_1_0_gets_the_same_samples_as_1_0(HttpStatusCode status, string text)
    {
        FakeReceiver receiver = new((_, attempt) =>
            attempt == 1 ? FakeReceiver.Answer(status, text) : FakeReceiver.Answer(HttpStatusCode.NoContent));
        using RemoteWriteSender sender = Sender(receiver);
        WriteRequestBatch batch = WriteRequestBatches.Of(10);
        RemoteWriteOutcome first = await sender.SendAsync(batch, TestContext.Current.CancellationToken);
        RemoteWriteOutcome second = await sender.SendAsync(batch, TestContext.Current.CancellationToken);
        Assert.Equal((10, 0, 10, 0), (first.SamplesSent, first.SamplesRefused, second.SamplesSent, second.SamplesRefused));
        Assert.Equal(["2.0.0", "0.1.0", "0.1.0"], receiver.Versions);
        Assert.Equal("application/x-protobuf", receiver.Headers[1]["Content-Type"]);
        Assert.Equal(receiver.Bodies[1], receiver.Bodies[2]);
        Assert.StartsWith($"status {(int)status}", Assert.Single(observer.FellBackNotes), StringComparison.Ordinal);
        Assert.Empty(observer.RefusedNotes);
        Assert.Empty(clock.Pauses);
    }

    [Fact]
    public async Task Several_partitions_fall_back_with_one_note()
    {
        TaskCompletionSource both = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FakeReceiver receiver = new(async (_, attempt, _) =>
        {
            if (attempt == 2)
            {
                both.SetResult();
            }

            await both.Task;
            return FakeReceiver.Answer(attempt <= 2 ? HttpStatusCode.UnsupportedMediaType : HttpStatusCode.NoContent);
        });
        using RemoteWriteSender sender = Sender(receiver);
        Task<RemoteWriteOutcome> one = sender.SendAsync(WriteRequestBatches.Of(2), TestContext.Current.CancellationToken);
        Task<RemoteWriteOutcome> other = sender.SendAsync(WriteRequestBatches.Of(3), TestContext.Current.CancellationToken);
        Assert.Equal(5, (await one).SamplesSent + (await other).SamplesSent);
        Assert.Equal(["2.0.0", "2.0.0", "0.1.0", "0.1.0"], receiver.Versions);
        Assert.Single(observer.FellBackNotes);
    }

    [Theory]
    [InlineData(TranslationStrategy.NoTranslation)]
    [InlineData(TranslationStrategy.NoUTF8EscapingWithSuffixes)]
    public async Task Names_that_need_2_0_wait_for_a_receiver_that_reads_it(TranslationStrategy strategy)
    {
        FakeReceiver receiver = new((_, attempt) => attempt switch
        {
            1 => FakeReceiver.Answer(HttpStatusCode.UnsupportedMediaType, "what is this?"),
            2 => FakeReceiver.Answer(HttpStatusCode.NoContent),
            _ => Written(HttpStatusCode.NoContent, 10),
        });
        RemoteWriteSettings settings = Settings with { Rules = new PrometheusRules { Translation = strategy } };
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(10), settings);
        Assert.Equal((10, 0, 2), (outcome.SamplesSent, outcome.SamplesRefused, outcome.Retries));
        Assert.Equal(["2.0.0", "2.0.0", "2.0.0"], receiver.Versions);
        Assert.All(receiver.Bodies, body => Assert.Equal(receiver.Bodies[0], body));
        Assert.Equal([50, 100], clock.Pauses.Select(pause => pause.TotalMilliseconds));
        Assert.Equal(
            $"the receiver does not read remote write 2.0, which translation_strategy {strategy} needs (status 415: what is this?)",
            Assert.Single(observer.AwayNotes).Cause);
        Assert.Empty(observer.FellBackNotes);
    }

    [Fact]
    public async Task A_partial_write_is_settled_at_once_by_the_reasons_told()
    {
        const string text = "out of order sample for series {a=\"1\"}\nout of order sample for series {a=\"2\"}\n"
            + "duplicate sample for timestamp for series {a=\"3\"}\n";
        FakeReceiver receiver = new((_, _) => Written(HttpStatusCode.BadRequest, 16, 0, text));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(10, birth: true));
        Assert.Equal((16, 4, 1), (outcome.SamplesSent, outcome.SamplesRefused, outcome.Requests));
        Assert.Equal(3, outcome.Refused(RefusalReason.AlreadyWritten));
        Assert.Equal(1, outcome.Refused(RefusalReason.Duplicate));
        Assert.Single(receiver.Bodies);
        Assert.Equal([RefusalReason.AlreadyWritten, RefusalReason.Duplicate], observer.RefusedNotes.Select(note => note.Reason));
    }

    [Fact]
    public async Task A_refusal_of_exemplars_alone_refuses_no_sample()
    {
        FakeReceiver receiver = new((_, _) => Written(HttpStatusCode.BadRequest, 10, 0, "out of order exemplar"));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(10));
        Assert.Equal((10, 0), (outcome.SamplesSent, outcome.SamplesRefused));
        Assert.Empty(observer.RefusedNotes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_of_which_nothing_is_written_is_halved(bool tells)
    {
        // The second request, and all that follow, meet a receiver that takes all or nothing.
        FakeReceiver receiver = new((request, attempt) =>
        {
            if (attempt == 1 || !request.Timeseries.Any(series => series.Samples[0].Value == 5))
            {
                return Written(HttpStatusCode.NoContent, request.Timeseries.Count);
            }

            return tells
                ? Written(HttpStatusCode.BadRequest, 0, 0, "too old sample")
                : FakeReceiver.Answer(HttpStatusCode.BadRequest, "too old sample");
        });
        using RemoteWriteSender sender = Sender(receiver);
        await sender.SendAsync(WriteRequestBatches.Of(1), TestContext.Current.CancellationToken);
        RemoteWriteOutcome outcome = await sender.SendAsync(WriteRequestBatches.Of(16), TestContext.Current.CancellationToken);
        Assert.Equal((15, 1), (outcome.SamplesSent, outcome.SamplesRefused));
        Assert.Equal(1, outcome.Refused(RefusalReason.TooOld));
        Assert.Empty(observer.FellBackNotes);
        Assert.DoesNotContain(5, receiver.Taken);
    }

    [Fact]
    public async Task A_server_error_is_retried_with_the_same_bytes()
    {
        FakeReceiver receiver = new((_, attempt) => attempt < 3
            ? FakeReceiver.Answer(attempt == 1 ? HttpStatusCode.TooManyRequests : HttpStatusCode.InternalServerError)
            : Written(HttpStatusCode.NoContent, 5));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(5));
        Assert.Equal((5, 1, 2), (outcome.SamplesSent, outcome.Requests, outcome.Retries));
        Assert.All(receiver.Bodies, body => Assert.Equal(receiver.Bodies[0], body));
        Assert.Empty(observer.FellBackNotes);
    }

    [Fact]
    public async Task A_request_of_metadata_alone_is_not_sent_as_2_0()
    {
        FakeReceiver receiver = new((_, attempt) => attempt == 1
            ? FakeReceiver.Answer(HttpStatusCode.UnsupportedMediaType)
            : FakeReceiver.Answer(HttpStatusCode.NoContent));
        using RemoteWriteSender sender = Sender(receiver);
        WriteRequestBatch metadata = WriteRequestBatches.Metadata();
        Assert.Equal(0, (await sender.SendAsync(metadata, TestContext.Current.CancellationToken)).Requests);
        Assert.Empty(receiver.Bodies);
        await sender.SendAsync(WriteRequestBatches.Of(5), TestContext.Current.CancellationToken);
        Assert.Equal(1, (await sender.SendAsync(metadata, TestContext.Current.CancellationToken)).Requests);
        Assert.Equal(["2.0.0", "0.1.0", "0.1.0"], receiver.Versions);
    }

    [Fact]
    public async Task The_counts_of_a_receiver_of_1_0_are_not_believed()
    {
        FakeReceiver receiver = new((_, _) => Written(HttpStatusCode.NoContent, 0));
        RemoteWriteSettings settings = Settings with { Message = RemoteWriteMessage.Version1 };
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(10), settings);
        Assert.Equal((10, 0), (outcome.SamplesSent, outcome.SamplesRefused));
    }

    private async Task<RemoteWriteOutcome> Send(FakeReceiver receiver, WriteRequestBatch batch, RemoteWriteSettings? settings = null)
    {
        using RemoteWriteSender sender = Sender(receiver, settings);
        return await sender.SendAsync(batch, TestContext.Current.CancellationToken);
    }

    private RemoteWriteSender Sender(FakeReceiver receiver, RemoteWriteSettings? settings = null) =>
        new(settings ?? Settings, "spanmetrics/test", receiver, clock, observer);

    private static HttpResponseMessage Written(HttpStatusCode status, int samples, int histograms = 0, string text = "")
    {
        HttpResponseMessage answer = FakeReceiver.Answer(status, text);
        answer.Headers.Add("X-Prometheus-Remote-Write-Samples-Written", samples.ToString(CultureInfo.InvariantCulture));
        answer.Headers.Add("X-Prometheus-Remote-Write-Histograms-Written", histograms.ToString(CultureInfo.InvariantCulture));
        return answer;
    }
}
