using System.Text.RegularExpressions;
using Confluent.Kafka;

namespace StreamSpanMetrics.Kafka;

/// <summary>
/// The last thing that a client said about its connections. A call that gets no answer only knows that its time is over; why, such as a
/// refused password or certificate, the client says elsewhere. For several threads.
/// </summary>
internal sealed partial class ClientTrouble
{
    private volatile string? last;

    /// <summary>The reason, in the words of the settings; null if there was none since <see cref="Clear"/>.</summary>
    public string? Last => last;

    /// <summary>Takes an error of the client.</summary>
    public void Note(Error error)
    {
        // That all brokers are down follows from the error before it, which says why.
        if (error.Code != ErrorCode.Local_AllBrokersDown)
        {
            last = InOurWords(error.Reason);
        }
    }

    /// <summary>
    /// Takes a line of the client's log. A broker that closes the connection at the first request, as one does that waits for TLS or a
    /// user, is no error for the client, which tries again.
    /// </summary>
    public void Note(LogMessage line)
    {
        if (last is null && line.Facility == "FAIL" && line.Message.Contains("in state APIVERSION_QUERY", StringComparison.Ordinal))
        {
            last = "it closes the connection at the first request: does it want TLS or a user, so that 'tls' or 'auth' is missing here?";
        }
    }

    /// <summary>The brokers answer again.</summary>
    public void Clear() => last = null;

    /// <summary><paramref name="message"/> and the reason for it, if one is known.</summary>
    public string Explain(string message) => last is string reason ? $"{message} ({reason})" : message;

    // Without times, so that the same trouble has the same text, and with keys that the user knows.
    private static string InOurWords(string reason)
    {
        string text = Times().Replace(reason, "")
            .Replace("ssl.ca.location", "tls.ca_file", StringComparison.Ordinal);
        return CertificateAlert().IsMatch(text) ? text + "; the broker does not accept our certificate, or wants one: tls.cert_file" : text;
    }

    // What a server says of a client's certificate (RFC 8446, section 6.2), in OpenSSL's words.
    [GeneratedRegex("alert (bad|unsupported|revoked|expired|unknown|no)? ?(certificate|ca)", RegexOptions.IgnoreCase)]
    private static partial Regex CertificateAlert();

    [GeneratedRegex(@" \(after [0-9]+ms[^)]*\)")]
    private static partial Regex Times();
}
