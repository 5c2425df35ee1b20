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

    /// <summary>The brokers answer again.</summary>
    public void Clear() => last = null;

    /// <summary><paramref name="message"/> and the reason for it, if one is known.</summary>
    public string Explain(string message) => last is string reason ? $"{message} ({reason})" : message;

    // Without times, so that the same trouble has the same text, and with keys that the user knows.
    private static string InOurWords(string reason) => Times().Replace(reason, "")
        .Replace("ssl.ca.location", "tls.ca_file", StringComparison.Ordinal)
        .Replace("incorrect security.protocol configuration", "missing or needless 'tls' or 'auth' settings", StringComparison.Ordinal);

    [GeneratedRegex(@" \(after [0-9]+ms[^)]*\)")]
    private static partial Regex Times();
}
