using System.Net;
using StreamSpanMetrics.Http;

namespace StreamSpanMetrics.Tests.Http;

public sealed class PageServerTests : IDisposable
{
    private readonly HttpClient client = new();
    private readonly List<string> notices = [];
    private readonly Dictionary<string, Page> pages = new()
    {
        ["/series"] = new Page("text/plain; version=0.0.4; charset=utf-8", () => "calls_total 1 é\n"),
        ["/broken"] = new Page("text/plain", () => throw new InvalidOperationException("no data yet")),
    };

    public void Dispose() => client.Dispose();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_has_its_text_and_content_type()
    {
        await using PageServer server = await PageServer.StartAsync(0, pages, notices.Add, Cancel);
        Assert.Equal("127.0.0.1", server.Address.Host);
        Assert.NotEqual(0, server.Address.Port);
        using HttpResponseMessage response = await client.GetAsync(new Uri(server.Address, "/series"), Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("calls_total 1 é\n", await response.Content.ReadAsStringAsync(Cancel));
        Assert.Empty(notices);
    }

    [Fact]
    public async Task Other_paths_and_methods_are_refused()
    {
        await using PageServer server = await PageServer.StartAsync(0, pages, notices.Add, Cancel);
        using HttpResponseMessage missing = await client.GetAsync(new Uri(server.Address, "/other"), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains("/series", await missing.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using HttpResponseMessage posted = await client.PostAsync(new Uri(server.Address, "/series"), null, Cancel);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    }

    [Fact]
    public async Task A_page_that_cannot_be_made_is_an_error_and_a_notice()
    {
        await using PageServer server = await PageServer.StartAsync(0, pages, notices.Add, Cancel);
        using HttpResponseMessage response = await client.GetAsync(new Uri(server.Address, "/broken"), Cancel);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("The page /broken could not be made: no data yet", Assert.Single(notices));
    }

    [Fact]
    public async Task A_taken_port_is_replaced_by_a_free_one_with_a_notice()
    {
        await using PageServer first = await PageServer.StartAsync(0, pages, notices.Add, Cancel);
        await using PageServer second = await PageServer.StartAsync(first.Address.Port, pages, notices.Add, Cancel);
        Assert.NotEqual(first.Address.Port, second.Address.Port);
        string notice = Assert.Single(notices);
        Assert.StartsWith($"Port {first.Address.Port} cannot be used", notice, StringComparison.Ordinal);
        Assert.EndsWith($"using port {second.Address.Port} instead.", notice, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', notice);
    }

    [Fact]
    public async Task After_stopping_nobody_listens()
    {
        await using PageServer server = await PageServer.StartAsync(0, pages, notices.Add, Cancel);
        await server.StopAsync(Cancel);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri(server.Address, "/series"), Cancel));
    }
}
