using System.Net;
using System.Net.Http.Headers;
using Prometheus.RemoteWrite.V1;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.RemoteWrite;

namespace StreamSpanMetrics.Tests.RemoteWrite;

public sealed class RemoteWriteSenderTests
{
    private static readonly RemoteWriteSettings Settings = new() { Endpoint = new Uri("http://receiver.example:9090/api/v1/write") };

    private readonly StepClock clock = new(Settings.Timeout);
    private readonly RecordingObserver observer = new();

    [Fact]
    public async Task An_accepted_batch_is_sent_once()
    {
        FakeReceiver receiver = new((_, _) => FakeReceiver.Answer(HttpStatusCode.NoContent));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(10));
        Assert.Equal((10, 0, 1, 0), (outcome.SamplesSent, outcome.SamplesRefused, outcome.Requests, outcome.Retries));
        Assert.Equal(10, receiver.Taken.Count);
        Assert.Single(receiver.Bodies);
        Assert.Empty(observer.AwayNotes);
        Assert.Empty(observer.BackNotes);
    }

    [Fact]
    public async Task The_reserved_headers_cannot_be_replaced()
    {
        FakeReceiver receiver = new((_, _) => FakeReceiver.Answer(HttpStatusCode.OK));
        RemoteWriteSettings settings = Settings with
        {
            Headers = new Dictionary<string, string>
            {
                ["X-Scope-OrgID"] = "tenant-1",
                ["Authorization"] = "Bearer secret",
                ["content-encoding"] = "gzip",
                ["Content-type"] = "text/plain",
                ["x-prometheus-remote-write-version"] = "9",
                ["USER-AGENT"] = "mine",
                ["Content-Language"] = "en",
            },
        };
        await Send(receiver, WriteRequestBatches.Of(1), settings);
        Dictionary<string, string> headers = Assert.Single(receiver.Headers);
        Assert.Equal("snappy", headers["Content-Encoding"]);
        Assert.Equal("application/x-protobuf", headers["Content-Type"]);
        Assert.Equal("0.1.0", headers["X-Prometheus-Remote-Write-Version"]);
        Assert.Equal("spanmetrics/test", headers["User-Agent"]);
        Assert.Equal("tenant-1", headers["X-Scope-OrgID"]);
        Assert.Equal("Bearer secret", headers["Authorization"]);
        Assert.Equal("en", headers["Content-Language"]);
    }

    [Fact]
    public async Task A_server_error_is_retried_with_the_same_bytes()
    {
        FakeReceiver receiver = new((_, attempt) =>
            FakeReceiver.Answer(attempt < 4 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.NoContent, "starting"));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(5));
        Assert.Equal((5, 1, 3), (outcome.SamplesSent, outcome.Requests, outcome.Retries));
        Assert.All(receiver.Bodies, body => Assert.Equal(receiver.Bodies[0], body));
        Assert.Equal([50, 100, 200], clock.Pauses.Select(pause => pause.TotalMilliseconds));
        (DateTimeOffset Since, int Attempts, string Cause) away = Assert.Single(observer.AwayNotes);
        Assert.Equal((StepClock.Start, 1, "status 503: starting"), away);
        Assert.Equal([(StepClock.Start, 3)], observer.BackNotes);
    }

    [Fact]
    public async Task Pauses_grow_up_to_their_limit_and_notes_come_once_a_minute()
    {
        FakeReceiver receiver = new((_, attempt) =>
            FakeReceiver.Answer(attempt <= 20 ? HttpStatusCode.BadGateway : HttpStatusCode.NoContent));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(1));
        Assert.Equal(20, outcome.Retries);
        Assert.Equal(TimeSpan.FromSeconds(25.6), clock.Pauses[9]);
        Assert.All(clock.Pauses.Skip(10), pause => Assert.Equal(TimeSpan.FromSeconds(30), pause));
        TimeSpan away = clock.GetUtcNow() - StepClock.Start;
        Assert.InRange(observer.AwayNotes.Count, 2, 1 + (int)away.TotalMinutes);
    }

    [Fact]
    public async Task Retry_after_in_seconds_replaces_the_pause()
    {
        FakeReceiver receiver = new((_, attempt) =>
            attempt == 1 ? Later(new RetryConditionHeaderValue(TimeSpan.FromSeconds(7))) : FakeReceiver.Answer(HttpStatusCode.OK));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(1));
        Assert.Equal(1, outcome.SamplesSent);
        Assert.Equal([TimeSpan.FromSeconds(7)], clock.Pauses);
    }

    [Fact]
    public async Task Retry_after_as_a_date_replaces_the_pause()
    {
        FakeReceiver receiver = new((_, attempt) => attempt switch
        {
            1 => Later(new RetryConditionHeaderValue(StepClock.Start.AddSeconds(90))),
            2 => Later(new RetryConditionHeaderValue(StepClock.Start.AddSeconds(-90))),
            3 => Later(new RetryConditionHeaderValue(TimeSpan.FromDays(2))),
            _ => FakeReceiver.Answer(HttpStatusCode.OK),
        });
        await Send(receiver, WriteRequestBatches.Of(1));
        Assert.Equal([TimeSpan.FromSeconds(90), TimeSpan.FromMilliseconds(100), RemoteWriteSender.LongestRetryAfter], clock.Pauses);
    }

    [Fact]
    public async Task A_network_error_is_retried()
    {
        FakeReceiver receiver = new((_, attempt) =>
            attempt == 1 ? throw new HttpRequestException("connection refused") : FakeReceiver.Answer(HttpStatusCode.OK));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(2));
        Assert.Equal((2, 1), (outcome.SamplesSent, outcome.Retries));
        Assert.Equal("connection refused", Assert.Single(observer.AwayNotes).Cause);
    }

    [Fact]
    public async Task An_attempt_without_answer_times_out_and_is_retried()
    {
        FakeReceiver receiver = new(async (_, attempt, token) =>
        {
            if (attempt == 1)
            {
                clock.Pass();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }

            return FakeReceiver.Answer(HttpStatusCode.OK);
        });
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(2));
        Assert.Equal((2, 1), (outcome.SamplesSent, outcome.Retries));
        Assert.Equal("no answer within 5 s", Assert.Single(observer.AwayNotes).Cause);
    }

    [Fact]
    public async Task Cancellation_ends_the_retries()
    {
        using CancellationTokenSource stop = new();
        FakeReceiver receiver = new((_, attempt) =>
        {
            if (attempt == 3)
            {
                stop.Cancel();
            }

            return FakeReceiver.Answer(HttpStatusCode.InternalServerError);
        });
        using RemoteWriteSender sender = new(Settings, "spanmetrics/test", receiver, clock, observer);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.SendAsync(WriteRequestBatches.Of(1), stop.Token));
        Assert.Equal(3, receiver.Bodies.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.MovedPermanently)]
    public async Task An_answer_that_did_not_look_at_the_samples_is_retried(HttpStatusCode status)
    {
        FakeReceiver receiver = new((_, attempt) => FakeReceiver.Answer(attempt < 3 ? status : HttpStatusCode.NoContent, "no"));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(8));
        Assert.Equal((8, 0, 2), (outcome.SamplesSent, outcome.SamplesRefused, outcome.Retries));
        Assert.All(receiver.Bodies, body => Assert.Equal(receiver.Bodies[0], body));
        Assert.Equal($"status {(int)status}: no", Assert.Single(observer.AwayNotes).Cause);
    }

    [Theory]
    [InlineData(HttpStatusCode.RequestEntityTooLarge)]
    [InlineData(HttpStatusCode.UnsupportedMediaType)]
    public async Task Other_refusals_are_final(HttpStatusCode status)
    {
        FakeReceiver receiver = new((_, _) => FakeReceiver.Answer(status, "no"));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(8));
        Assert.Equal((0, 8, 1, 0), (outcome.SamplesSent, outcome.SamplesRefused, outcome.Requests, outcome.Retries));
        Assert.Equal(8, outcome.Refused(RefusalReason.Other));
        Assert.Equal($"status {(int)status}: no", outcome.FirstRefusal);
        Assert.Equal(8, Assert.Single(observer.RefusedNotes).Samples);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(499)]
    [InlineData(777)]
    [InlineData(999)]
    public async Task One_bad_series_of_a_thousand_is_refused_alone(int bad)
    {
        FakeReceiver receiver = new((request, _) => Judge(request, value => value == bad));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(1000));
        Assert.Equal((999, 1), (outcome.SamplesSent, outcome.SamplesRefused));
        Assert.Equal(1, outcome.Refused(RefusalReason.AlreadyWritten));
        Assert.Equal(999, receiver.Taken.Distinct().Count());
        Assert.DoesNotContain(bad, receiver.Taken);
        Assert.InRange(receiver.Bodies.Count, 1, 1 + (2 * 10));
    }

    [Fact]
    public async Task Bad_series_in_both_halves_take_no_good_one_with_them()
    {
        double[] bad = [3, 4, 250, 600, 601, 998];
        FakeReceiver receiver = new((request, _) => Judge(request, bad.Contains));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(1000));
        Assert.Equal((994, 6), (outcome.SamplesSent, outcome.SamplesRefused));
        Assert.Equal(994, receiver.Taken.Count);
        Assert.InRange(outcome.Requests, 1, 1 + (6 * 2 * 10));
    }

    [Fact]
    public async Task A_batch_refused_whole_costs_few_requests()
    {
        FakeReceiver receiver = new((request, _) => Judge(request, _ => true));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(1000));
        Assert.Equal((0, 1000), (outcome.SamplesSent, outcome.SamplesRefused));
        Assert.Equal(1000, outcome.Refused(RefusalReason.AlreadyWritten));
        Assert.InRange(receiver.Bodies.Count, 1, 30);
        Assert.Single(observer.RefusedNotes);
    }

    [Fact]
    public async Task Scattered_bad_series_cannot_cost_endless_requests()
    {
        FakeReceiver receiver = new((request, _) => Judge(request, value => value % 2 == 0));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(4000));
        Assert.Equal(4000, outcome.SamplesSent + outcome.SamplesRefused);
        Assert.InRange(outcome.Requests, 1, RemoteWriteSender.MostRequestsPerBatch + 24);
    }

    [Fact]
    public async Task An_outage_within_the_halving_is_waited_for()
    {
        FakeReceiver receiver = new((request, attempt) =>
            attempt is 3 or 4 ? FakeReceiver.Answer(HttpStatusCode.TooManyRequests) : Judge(request, value => value == 5));
        RemoteWriteOutcome outcome = await Send(receiver, WriteRequestBatches.Of(16));
        Assert.Equal((15, 1, 2), (outcome.SamplesSent, outcome.SamplesRefused, outcome.Retries));
        Assert.Equal(15, receiver.Taken.Count);
    }

    private async Task<RemoteWriteOutcome> Send(FakeReceiver receiver, WriteRequestBatch batch, RemoteWriteSettings? settings = null)
    {
        using RemoteWriteSender sender = new(settings ?? Settings, "spanmetrics/test", receiver, clock, observer);
        return await sender.SendAsync(batch, TestContext.Current.CancellationToken);
    }

    private static HttpResponseMessage Later(RetryConditionHeaderValue when)
    {
        HttpResponseMessage response = FakeReceiver.Answer(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter = when;
        return response;
    }

    private static HttpResponseMessage Judge(WriteRequest request, Func<double, bool> isBad) =>
        request.Timeseries.Any(series => isBad(series.Samples[0].Value))
            ? FakeReceiver.Answer(HttpStatusCode.BadRequest, "out of order sample\n")
            : FakeReceiver.Answer(HttpStatusCode.NoContent);
}
