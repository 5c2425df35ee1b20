using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace StreamSpanMetrics.Http;

/// <summary>A small web server on the loopback address that shows pages of text. Answers GET and HEAD, nothing else.</summary>
public sealed class PageServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private PageServer(WebApplication application)
    {
        this.application = application;
        Address = QuietWeb.AddressOf(application);
    }

    /// <summary>Where it listens, with the port in use.</summary>
    public Uri Address { get; }

    /// <summary>Starts a server. If the port is taken, it says so in one line and takes a free one.</summary>
    /// <param name="port">Port, 0 for any free one.</param>
    /// <param name="pages">Pages by path, such as <c>/series</c>.</param>
    /// <param name="notify">Takes one line for the user: about a taken port, or a page that could not be made.</param>
    /// <param name="cancel">Gives the start up.</param>
    public static async Task<PageServer> StartAsync(
        int port, IReadOnlyDictionary<string, Page> pages, Action<string> notify, CancellationToken cancel)
    {
        try
        {
            return await ListenAsync(port, pages, notify, cancel);
        }
        catch (IOException taken) when (port != 0)
        {
            PageServer server = await ListenAsync(0, pages, notify, cancel);
            notify($"Port {port} cannot be used ({taken.Message.TrimEnd('.')}); using port {server.Address.Port} instead.");
            return server;
        }
    }

    /// <summary>Stops listening and waits for requests in flight.</summary>
    public Task StopAsync(CancellationToken cancel) => application.StopAsync(cancel);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static async Task<PageServer> ListenAsync(
        int port, IReadOnlyDictionary<string, Page> pages, Action<string> notify, CancellationToken cancel)
    {
        WebApplication application = QuietWeb.Create(IPAddress.Loopback, port);
        application.Run(context => AnswerAsync(context, pages, notify));
        try
        {
            await application.StartAsync(cancel);
            return new PageServer(application);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
    }

    private static async Task AnswerAsync(HttpContext context, IReadOnlyDictionary<string, Page> pages, Action<string> notify)
    {
        string path = context.Request.Path.Value ?? "/";
        context.Response.ContentType = "text/plain; charset=utf-8";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return;
        }

        if (!pages.TryGetValue(path, out Page? page))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("Nothing here. Pages: " + string.Join(' ', pages.Keys) + "\n", context.RequestAborted);
            return;
        }

        string text;
        try
        {
            text = page.Text();
        }
        catch (Exception failure)
        {
            notify($"The page {path} could not be made: {failure.Message}");
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        context.Response.ContentType = page.ContentType;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.WriteAsync(text, context.RequestAborted);
        }
    }
}
