using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace StreamSpanMetrics.Integration.Tests.Sinks;

/// <summary>A remote-write receiver in front of a real one, with moods. What it hands on is kept, in the order of arrival.</summary>
public sealed class MoodyReceiver : IAsyncDisposable
{
    private const string WrittenSuffix = "-Written";
    private const StringComparison Ignored = StringComparison.OrdinalIgnoreCase;
    private static readonly TimeSpan SlowPause = TimeSpan.FromSeconds(1);

    private readonly WebApplication web;
    private readonly HttpClient http = new();
    private readonly Uri server;
    private readonly CancellationTokenSource stop = new();
    private readonly List<byte[]> seen = [];
    private readonly List<byte[]> handedOn = [];
    private readonly List<long> writtenOfHandedOn = [];
    private readonly ConcurrentDictionary<string, int> contentTypes = [];
    private int requests;

    private MoodyReceiver(Uri server)
    {
        this.server = server;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        web = builder.Build();
        web.Run(AnswerAsync);
    }

    /// <summary>Where remote write goes.</summary>
    public Uri Address => new(new Uri(web.Urls.First()), "api/v1/write");

    /// <summary>The mood at a request, by its number from 0.</summary>
    public Func<int, Mood> Moods { get; set; } = _ => Mood.Fine;

    /// <summary>Called when the server behind has answered a request with a 2xx, before the sender hears of it.</summary>
    public Action? Accepted { get; set; }

    /// <summary>Requests so far.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>How many requests came with each content type.</summary>
    public IReadOnlyDictionary<string, int> ContentTypes => contentTypes;

    /// <summary>Bodies that came, whatever became of them.</summary>
    public IReadOnlyList<byte[]> Seen => Copy(seen);

    /// <summary>Bodies that the server behind accepted.</summary>
    public IReadOnlyList<byte[]> HandedOn => Copy(handedOn);

    /// <summary>The same bodies, each with what the server behind said it wrote: of 1.0 it says nothing, which is 0.</summary>
    public IReadOnlyList<(byte[] Body, long Written)> Written
    {
        get
        {
            lock (handedOn)
            {
                return [.. handedOn.Zip(writtenOfHandedOn)];
            }
        }
    }

    /// <summary>Listens on a free port.</summary>
    /// <param name="server">The receiver behind.</param>
    public static async Task<MoodyReceiver> StartAsync(Uri server)
    {
        MoodyReceiver receiver = new(server);
        await receiver.web.StartAsync();
        return receiver;
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await web.DisposeAsync();
        http.Dispose();
        stop.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Mood mood = Moods(Interlocked.Increment(ref requests) - 1);
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        Keep(seen, body.ToArray());
        contentTypes.AddOrUpdate(context.Request.ContentType ?? "", 1, (_, count) => count + 1);
        try
        {
            switch (mood)
            {
                case Mood.Busy:
                    context.Response.Headers.RetryAfter = "1";
                    context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                    return;
                case Mood.Broken:
                    context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                    return;
                case Mood.Silent:
                    await Task.Delay(Timeout.Infinite, stop.Token);
                    return;
                case Mood.Gone:
                    context.Abort();
                    return;
                case Mood.Slow:
                    await Task.Delay(SlowPause, stop.Token);
                    break;
            }

            await HandOnAsync(context, body.ToArray(), mood);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
            context.Abort();
        }
    }

    private async Task HandOnAsync(HttpContext context, byte[] body, Mood mood)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, server) { Content = new ByteArrayContent(body) };
        foreach (string header in (ReadOnlySpan<string>)["Content-Encoding", "Content-Type"])
        {
            request.Content.Headers.TryAddWithoutValidation(header, context.Request.Headers[header].ToString());
        }

        const string version = "X-Prometheus-Remote-Write-Version";
        request.Headers.TryAddWithoutValidation(version, context.Request.Headers[version].ToString());
        using HttpResponseMessage answer = await http.SendAsync(request, stop.Token);
        long written = 0;
        foreach (KeyValuePair<string, IEnumerable<string>> header in answer.Headers.Where(header => header.Key.EndsWith(WrittenSuffix, Ignored)))
        {
            context.Response.Headers[header.Key] = header.Value.ToArray();
            written += long.Parse(header.Value.Single(), CultureInfo.InvariantCulture);
        }

        if (answer.IsSuccessStatusCode)
        {
            lock (handedOn)
            {
                handedOn.Add(body);
                writtenOfHandedOn.Add(written);
            }

            Accepted?.Invoke();
        }

        context.Response.StatusCode = mood == Mood.BrokenAfterwards ? StatusCodes.Status500InternalServerError : (int)answer.StatusCode;
        if (answer.StatusCode != HttpStatusCode.NoContent)
        {
            await context.Response.WriteAsync(await answer.Content.ReadAsStringAsync(stop.Token), stop.Token);
        }
    }

    private static void Keep(List<byte[]> bodies, byte[] body)
    {
        lock (bodies)
        {
            bodies.Add(body);
        }
    }

    private static byte[][] Copy(List<byte[]> bodies)
    {
        lock (bodies)
        {
            return [.. bodies];
        }
    }
}
