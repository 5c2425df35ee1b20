using System.Globalization;
using System.Net;

namespace StreamSpanMetrics.RemoteWrite;

/// <summary>What one attempt met.</summary>
/// <param name="Status">HTTP status, null if there was no answer.</param>
/// <param name="Text">Beginning of the answer, or the error's message.</param>
/// <param name="RetryAfter">How long the receiver asks to wait; null if it does not say.</param>
internal sealed record RemoteWriteAnswer(HttpStatusCode? Status, string Text, TimeSpan? RetryAfter = null)
{
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
