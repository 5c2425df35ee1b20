using System.Net;
using Prometheus.RemoteWrite.V1;
using Snappier;

namespace StreamSpanMetrics.Tests.RemoteWrite;

/// <summary>A receiver in memory: keeps every request and answers as told.</summary>
internal sealed class FakeReceiver(Func<WriteRequest, int, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public FakeReceiver(Func<WriteRequest, int, HttpResponseMessage> answer)
        : this((request, attempt, _) => Task.FromResult(answer(request, attempt)))
    {
    }

    /// <summary>Bodies as they came, compressed.</summary>
    public List<byte[]> Bodies { get; } = [];

    /// <summary>Headers as they came, those of the content included.</summary>
    public List<Dictionary<string, string>> Headers { get; } = [];

    /// <summary>Values of all samples in requests answered with a 2xx.</summary>
    public List<double> Taken { get; } = [];

    public static HttpResponseMessage Answer(HttpStatusCode status, string text = "") => new(status) { Content = new StringContent(text) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        byte[] body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        Bodies.Add(body);
        Headers.Add(request.Headers.Concat(request.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
        WriteRequest decoded = WriteRequest.Parser.ParseFrom(Snappy.DecompressToArray(body));
        HttpResponseMessage response = await answer(decoded, Bodies.Count, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            Taken.AddRange(decoded.Timeseries.SelectMany(series => series.Samples).Select(sample => sample.Value));
        }

        return response;
    }
}
