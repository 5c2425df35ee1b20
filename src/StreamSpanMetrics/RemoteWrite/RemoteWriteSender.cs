using System.Net.Http.Headers;
using System.Text;
using Polly;
using Polly.Retry;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.RemoteWrite;

/// <summary>
/// Pushes batches to a remote write receiver. <see cref="SendAsync"/> returns when every sample is settled, accepted or refused:
/// network errors, time-outs, 429 and 5xx are retried for ever with the same bytes (E2). It may be called for several partitions
/// at once; within a partition the caller awaits each batch, so that one request is in flight and the order is kept. If the settings ask
/// for 2.0 and the receiver does not read it, this sender sends 1.0 from then on; where names need 2.0 it waits and tries again instead.
/// </summary>
public sealed class RemoteWriteSender : IDisposable
{
    /// <summary>Longest pause that a receiver's <c>Retry-After</c> can cause: a wrong header must not stop export for hours.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Most requests that one batch may cost. One bad series among n costs about 2 log2 n, scattered ones up to 2 n; beyond this
    /// bound a refused part is not halved again and counts as refused whole.
    /// </summary>
    public const int MostRequestsPerBatch = 1000;

    // (E2) A half of at least this many series, each refused alone for one reason, is taken as proof that its sibling, refused for
    // the same reason, is refused whole. Smaller halves prove nothing: two bad neighbours would condemn good ones.
    private const int FewestSeriesOfProof = 4;

    // What is kept of an answer: enough for the reason, whatever a proxy sends.
    private const int MostAnswerBytes = 4096;

    private readonly RemoteWriteSettings settings;
    private readonly RemoteWriteRequests requests;
    private readonly bool needsVersion2;
    private readonly TimeProvider clock;
    private readonly RemoteWriteNotes notes;
    private readonly HttpClient client;
    private readonly ResiliencePipeline<RemoteWriteAnswer> retries;
    private int fallenBack;
    private volatile bool receiverIsKnown;

    /// <summary>A sender.</summary>
    /// <param name="settings">Where to and how; its headers cannot replace the four that the protocol reserves.</param>
    /// <param name="userAgent">Name and version of this program.</param>
    /// <param name="handler">Carries the requests, see <see cref="CreateHandler"/>; disposed with the sender.</param>
    /// <param name="clock">Measures time-outs and pauses.</param>
    /// <param name="observer">Hears of failures.</param>
    public RemoteWriteSender(
        RemoteWriteSettings settings, string userAgent, HttpMessageHandler handler, TimeProvider clock, IRemoteWriteObserver observer)
    {
        this.settings = settings;
        requests = new RemoteWriteRequests(settings, userAgent);
        needsVersion2 = settings.Rules.Translation.KeepsNames();
        this.clock = clock;
        notes = new RemoteWriteNotes(observer, clock);
        client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        RetryStrategyOptions<RemoteWriteAnswer> options = new()
        {
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Result is { } answer && MustRetry(answer)),
            DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Pause(arguments.AttemptNumber, arguments.Outcome.Result)),
        };
        retries = new ResiliencePipelineBuilder<RemoteWriteAnswer> { TimeProvider = clock }.AddRetry(options).Build();
    }

    /// <summary>
    /// The handler for a real receiver: no redirects, a push goes where it was sent; connections are renewed for DNS; encrypted and
    /// authorized as the settings say.
    /// </summary>
    /// <exception cref="Credentials.CredentialException">A certificate or key cannot be read.</exception>
    public static HttpMessageHandler CreateHandler(RemoteWriteSettings settings) => Authorized(settings, new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = settings.Timeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        SslOptions = ReceiverTls.Options(settings.Tls),
    });

    /// <summary>A handler that adds what the settings say about the user, and leaves the rest to <paramref name="inner"/>.</summary>
    internal static HttpMessageHandler Authorized(RemoteWriteSettings settings, HttpMessageHandler inner) =>
        settings.BasicAuth is null && settings.BearerToken is null ? inner : new AuthorizationHandler(settings, inner);

    /// <summary>Sends a batch and settles every sample of it. The batch must stay valid until then.</summary>
    /// <exception cref="OperationCanceledException">Only if <paramref name="cancellation"/> asks; what was sent stays sent.</exception>
    public async Task<RemoteWriteOutcome> SendAsync(WriteRequestBatch batch, CancellationToken cancellation)
    {
        RemoteWriteOutcome outcome = new();
        if (batch.SeriesCount == 0 && Message == RemoteWriteMessage.Version2)
        {
            // Metadata alone: in 2.0 each series carries its own.
            return outcome;
        }

        await SettleAsync(batch, null, outcome, cancellation).ConfigureAwait(false);
        return outcome;
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    // Returns the reason if every sample of the batch was refused for it, else null. `sibling` is this for the half before it.
    private async Task<RefusalReason?> SettleAsync(
        WriteRequestBatch batch, RefusalReason? sibling, RemoteWriteOutcome outcome, CancellationToken cancellation)
    {
        RemoteWriteAnswer answer = await PushAsync(batch, outcome, cancellation).ConfigureAwait(false);
        outcome.CountRequest();
        if (answer.IsAccepted || answer.IsPartial)
        {
            Settle(batch, answer, outcome);
            return null;
        }

        RefusalReason reason = RefusalReasons.Classify(answer.Text);
        bool isProven = sibling == reason && batch.SeriesCount >= FewestSeriesOfProof;
        if (!answer.MayBeHalved || batch.SeriesCount < 2 || isProven || outcome.Requests >= MostRequestsPerBatch)
        {
            string text = answer.Describe();
            outcome.CountRefused(reason, batch.SampleCount, text);
            notes.Refused(reason, batch.SampleCount, text);
            return reason;
        }

        int half = batch.SeriesCount / 2;
        RefusalReason? left = await SettleAsync(batch.Slice(0, half), null, outcome, cancellation).ConfigureAwait(false);
        WriteRequestBatch rest = batch.Slice(half, batch.SeriesCount - half);
        RefusalReason? right = await SettleAsync(rest, left, outcome, cancellation).ConfigureAwait(false);
        return left == right ? left : null;
    }

    // Samples that the receiver does not count among the written ones are refused, for the reasons that it tells.
    private void Settle(WriteRequestBatch batch, RemoteWriteAnswer answer, RemoteWriteOutcome outcome)
    {
        int written = (int)Math.Clamp(answer.Written ?? batch.SampleCount, 0, batch.SampleCount);
        outcome.CountSent(written);
        if (written == batch.SampleCount)
        {
            return;
        }

        string text = $"{answer.Describe()} ({written} of {batch.SampleCount} samples written)";
        foreach ((RefusalReason reason, int samples) in RefusalReasons.Share(answer.Text, batch.SampleCount - written))
        {
            outcome.CountRefused(reason, samples, text);
            notes.Refused(reason, samples, text);
        }
    }

    private RemoteWriteMessage Message => Volatile.Read(ref fallenBack) == 0 ? settings.Message : RemoteWriteMessage.Version1;

    private async Task<RemoteWriteAnswer> PushAsync(WriteRequestBatch batch, RemoteWriteOutcome outcome, CancellationToken cancellation)
    {
        RemoteWriteAnswer answer = await RepeatAsync(batch, Message, outcome, cancellation).ConfigureAwait(false);
        if (!answer.IsMisread)
        {
            return answer;
        }

        if (Interlocked.Exchange(ref fallenBack, 1) == 0)
        {
            notes.FellBack(answer.Describe());
        }

        return await RepeatAsync(batch, RemoteWriteMessage.Version1, outcome, cancellation).ConfigureAwait(false);
    }

    private async Task<RemoteWriteAnswer> RepeatAsync(
        WriteRequestBatch batch, RemoteWriteMessage message, RemoteWriteOutcome outcome, CancellationToken cancellation)
    {
        byte[] body = requests.Compress(batch, message);
        int attempts = 0;
        return await retries.ExecuteAsync(
            async token =>
            {
                if (attempts++ > 0)
                {
                    outcome.CountRetry();
                }

                RemoteWriteAnswer answer = await AttemptAsync(body, message, token).ConfigureAwait(false);
                if (MustRetry(answer))
                {
                    notes.Failed(answer.IsMisread ? NeedsVersion2(answer) : answer.Describe());
                }
                else
                {
                    notes.Answered();
                }

                return answer;
            },
            cancellation).ConfigureAwait(false);
    }

    // Without 2.0 these names cannot be sent, and others would be other series: until somebody mends receiver or settings the points wait.
    private bool MustRetry(RemoteWriteAnswer answer) => answer.MustRetry || (answer.IsMisread && needsVersion2);

    private string NeedsVersion2(RemoteWriteAnswer answer) =>
        $"the receiver does not read remote write 2.0, which translation_strategy {settings.Rules.Translation} needs ({answer.Describe()})";

    private async Task<RemoteWriteAnswer> AttemptAsync(byte[] body, RemoteWriteMessage message, CancellationToken cancellation)
    {
        using HttpRequestMessage request = requests.Create(body, message);
        using CancellationTokenSource attempt = new(settings.Timeout, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, cancellation);
        try
        {
            using HttpResponseMessage response =
                await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            string text = response.IsSuccessStatusCode ? "" : await ReadAnswerAsync(response, either.Token).ConfigureAwait(false);
            long? written = message == RemoteWriteMessage.Version2 ? WrittenCounts.Read(response.Headers) : null;
            receiverIsKnown = receiverIsKnown || written is not null;
            return new RemoteWriteAnswer(response.StatusCode, text, RetryAfter(response.Headers.RetryAfter))
            {
                Message = message, Written = written, ReceiverIsKnown = receiverIsKnown,
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new RemoteWriteAnswer(null, $"no answer within {settings.Timeout.TotalSeconds} s");
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return new RemoteWriteAnswer(null, Reasons(error));
        }
    }

    // What went wrong in a handshake stands in the innermost exception.
    private static string Reasons(Exception error)
    {
        StringBuilder text = new(error.Message);
        for (Exception? inner = error.InnerException; inner is not null; inner = inner.InnerException)
        {
            text.Append(": ").Append(inner.Message);
        }

        return text.ToString();
    }

    private static async Task<string> ReadAnswerAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        using Stream content = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        byte[] bytes = new byte[MostAnswerBytes];
        int length = await content.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) => header?.Delta ?? header?.Date - clock.GetUtcNow();

    // The receiver's own wish if it has one in the future, else the initial interval doubled with each retry.
    private TimeSpan Pause(int retry, RemoteWriteAnswer? answer)
    {
        if (answer?.RetryAfter is { } wish && wish > TimeSpan.Zero)
        {
            return wish < LongestRetryAfter ? wish : LongestRetryAfter;
        }

        double millis = settings.RetryInitialInterval.TotalMilliseconds * Math.Pow(2, Math.Min(retry, 62));
        return TimeSpan.FromMilliseconds(Math.Min(millis, settings.RetryMaxInterval.TotalMilliseconds));
    }
}
