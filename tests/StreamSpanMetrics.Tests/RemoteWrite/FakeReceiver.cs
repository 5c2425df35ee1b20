using System.Net;
using Prometheus.RemoteWrite.V1;
using Prometheus.RemoteWrite.V2;
using Snappier;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.RemoteWrite;

/// <summary>A receiver in memory: keeps every request, of 1.0 or 2.0, and answers as told.</summary>
internal sealed class FakeReceiver(Func<WriteRequest, int, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public FakeReceiver(Func<WriteRequest, int, HttpResponseMessage> answer)
        : this((request, attempt, _) => Task.FromResult(answer(request, attempt)))
    {
    }

    /// <summary>Bodies as they came, compressed.</summary>
    public List<byte[]> Bodies { get; } = [];

    /// <summary>Versions that the requests say they are.</summary>
    public IEnumerable<string> Versions => Headers.Select(headers => headers["X-Prometheus-Remote-Write-Version"]);

    /// <summary>Headers as they came, letter by letter, those of the content included.</summary>
    public List<Dictionary<string, string>> Headers { get; } = [];

    /// <summary>Values of all samples in requests answered with a 2xx.</summary>
    public List<double> Taken { get; } = [];

    public static HttpResponseMessage Answer(HttpStatusCode status, string text = "") => new(status) { Content = new StringContent(text) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        Dictionary<string, string> headers = request.Headers.NonValidated.Concat(request.Content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => string.Join(", ", (IEnumerable<string>)header.Value), StringComparer.OrdinalIgnoreCase);
        byte[] message = Snappy.DecompressToArray(body);
        WriteRequest decoded = headers["Content-Type"] == "application/x-protobuf"
            ? WriteRequest.Parser.ParseFrom(message)
            : Version2Requests.ToVersion1(Request.Parser.ParseFrom(message));
        int attempt;
        lock (Bodies)
        {
            Bodies.Add(body);
            Headers.Add(headers);
            attempt = Bodies.Count;
        }

        HttpResponseMessage response = await answer(decoded, attempt, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            lock (Bodies)
            {
                Taken.AddRange(decoded.Timeseries.SelectMany(series => series.Samples).Select(sample => sample.Value));
            }
        }

        return response;
    }
}
