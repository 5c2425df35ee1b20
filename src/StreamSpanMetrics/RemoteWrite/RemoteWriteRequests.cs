using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net.Http.Headers;
using Snappier;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.RemoteWrite;

/// <summary>Makes HTTP requests of batches, in either message. For several threads.</summary>
internal sealed class RemoteWriteRequests(RemoteWriteSettings settings, string userAgent)
{
    private static readonly FrozenSet<string> ReservedHeaders = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "Content-Encoding", "Content-Type", "X-Prometheus-Remote-Write-Version", "User-Agent");

    // Megabytes each: as many as there were requests at once.
    private readonly ConcurrentBag<RemoteWrite2Encoder> encoders = [];

    /// <summary>The compressed body. An array of its own for each request: after a time-out the connection may still be reading it.</summary>
    public byte[] Compress(WriteRequestBatch batch, RemoteWriteMessage message)
    {
        if (message == RemoteWriteMessage.Version1)
        {
            return Snappy.CompressToArray(batch.Body.Span);
        }

        if (!encoders.TryTake(out RemoteWrite2Encoder? encoder))
        {
            encoder = new RemoteWrite2Encoder();
        }

        byte[] body = Snappy.CompressToArray(encoder.Encode(batch).Span);
        encoders.Add(encoder);
        return body;
    }

    /// <summary>A request with <paramref name="body"/>.</summary>
    public HttpRequestMessage Create(byte[] body, RemoteWriteMessage message)
    {
        ByteArrayContent content = new(body);
        string version = "0.1.0";
        if (message == RemoteWriteMessage.Version1)
        {
            content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        }
        else
        {
            // Not as a value: .NET writes a space behind the semicolon, and receivers that do not expect it read the body as 1.0.
            content.Headers.TryAddWithoutValidation("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request");
            version = "2.0.0";
        }

        content.Headers.ContentEncoding.Add("snappy");
        HttpRequestMessage request = new(HttpMethod.Post, settings.Endpoint) { Content = content };
        request.Headers.TryAddWithoutValidation("X-Prometheus-Remote-Write-Version", version);
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        if (settings.Tls.ServerName.Length > 0 && settings.Endpoint.Scheme == Uri.UriSchemeHttps)
        {
            // .NET takes the name to ask for, and to find in the certificate, from here.
            request.Headers.Host = settings.Tls.ServerName;
        }

        foreach (KeyValuePair<string, string> header in settings.Headers)
        {
            // What .NET counts as a header of the content is refused by the request's own collection.
            if (!ReservedHeaders.Contains(header.Key) && !request.Headers.TryAddWithoutValidation(header.Key, header.Value))
            {
                content.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }

        return request;
    }
}
