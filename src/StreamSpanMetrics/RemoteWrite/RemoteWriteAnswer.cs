using System.Globalization;
using System.Net;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.RemoteWrite;

/// <summary>What one attempt met.</summary>
/// <param name="Status">HTTP status, null if there was no answer.</param>
/// <param name="Text">Beginning of the answer, or the error's message.</param>
/// <param name="RetryAfter">How long the receiver asks to wait; null if it does not say.</param>
internal sealed record RemoteWriteAnswer(HttpStatusCode? Status, string Text, TimeSpan? RetryAfter = null)
{
    /// <summary>The message that was sent.</summary>
    public RemoteWriteMessage Message { get; init; }

    /// <summary>Samples that the receiver says it wrote; null if it does not say, and to a 1.0 message.</summary>
    public long? Written { get; init; }

    /// <summary>Whether the receiver said at any time how much it wrote: it reads 2.0.</summary>
    public bool ReceiverIsKnown { get; init; }

    /// <summary>
    /// Whether the receiver does not read remote write 2.0. Besides 415 that is a success that says nothing about what was written: a
    /// receiver of 1.0 finds no series in the message and is content (specification 2.0, "Required Written Response Headers"). One that
    /// finds the message broken answers 400; a receiver that never said what it wrote is taken for such a one.
    /// </summary>
    public bool IsMisread => Message == RemoteWriteMessage.Version2
        && (Status == HttpStatusCode.UnsupportedMediaType
            || (Written is null && (IsAccepted || (Status == HttpStatusCode.BadRequest && !ReceiverIsKnown))));

    /// <summary>
    /// Whether a part was refused and the rest is written, which only 2.0 knows: nothing of it may be sent again, because a series with
    /// two samples would then come with one behind its newest.
    /// </summary>
    public bool IsPartial => Status == HttpStatusCode.BadRequest && Written > 0;

    /// <summary>Whether the samples are taken: any 2xx.</summary>
    public bool IsAccepted => (int?)Status is >= 200 and < 300;

    /// <summary>
    /// Whether the same request must be tried again (E2): no answer, 429 and 5xx; also where nobody looked at the samples, because the
    /// credentials, the path or a redirect are wrong. The specification leaves these to the sender's loss; points that wait in Kafka
    /// until somebody mends the settings are better than points that are gone.
    /// </summary>
    public bool MustRetry => Status is null or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Unauthorized
        or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.ProxyAuthenticationRequired
        || (int)Status is >= 500 or (>= 300 and < 400);

    /// <summary>Whether halving the request may save a part of it.</summary>
    public bool MayBeHalved => Status == HttpStatusCode.BadRequest;

    /// <summary>One line for a log.</summary>
    public string Describe() =>
        Status is null ? Text : string.Create(CultureInfo.InvariantCulture, $"status {(int)Status}: {Text.TrimEnd()}");
}
