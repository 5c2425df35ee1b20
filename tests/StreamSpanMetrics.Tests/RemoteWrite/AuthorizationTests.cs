using System.Net;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.RemoteWrite;

namespace StreamSpanMetrics.Tests.RemoteWrite;

public sealed class AuthorizationTests : IDisposable
{
    private static readonly RemoteWriteSettings Settings = new() { Endpoint = new Uri("https://receiver.example/api/v1/write") };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("spanmetrics-");
    private readonly List<string?> seen = [];

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task User_name_and_password_are_sent_as_RFC_7617_says()
    {
        // Its example of a password that is not ASCII.
        await SendAsync(Settings with { BasicAuth = new BasicAuthSettings { UserName = "test", Password = new Secret("123£") } });

        Assert.Equal(["Basic dGVzdDoxMjPCow=="], seen);
    }

    [Fact]
    public async Task A_renewed_password_is_used_at_once()
    {
        string user = Write("user", "  Aladdin\r\n");
        string password = Write("password", "open sesame\n");
        RemoteWriteSettings settings = Settings with
        {
            BasicAuth = new BasicAuthSettings { UserName = "ignored", UserNameFile = user, PasswordFile = password },
        };
        await SendAsync(settings);
        Write("password", "closed");
        await SendAsync(settings);

        Assert.Equal(["Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic QWxhZGRpbjpjbG9zZWQ="], seen);
    }

    [Theory]
    [InlineData("Bearer", "Bearer t0ken")]
    [InlineData("", "t0ken")]
    public async Task A_token_stands_behind_its_scheme(string scheme, string expected)
    {
        await SendAsync(Settings with { BearerToken = new BearerTokenSettings { Token = new Secret("t0ken"), Scheme = scheme } });

        Assert.Equal([expected], seen);
    }

    [Fact]
    public async Task A_renewed_token_is_used_at_once_and_the_file_wins()
    {
        RemoteWriteSettings settings = Settings with
        {
            BearerToken = new BearerTokenSettings { Token = new Secret("ignored"), TokenFile = Write("token", "one\n") },
        };
        await SendAsync(settings);
        Write("token", "two\n");
        await SendAsync(settings);

        Assert.Equal(["Bearer one", "Bearer two"], seen);
    }

    [Fact]
    public async Task A_header_of_another_name_replaces_what_stands_there()
    {
        await SendAsync(
            Settings with { BearerToken = new BearerTokenSettings { Token = new Secret("t"), Header = "X-Auth" } }, "X-Auth", "X-Auth");

        Assert.Equal(["Bearer t"], seen);
    }

    [Fact]
    public async Task Without_an_authenticator_requests_stay_as_they_are()
    {
        await SendAsync(Settings);

        Assert.Equal([null], seen);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("hunter2\u00e9", "is not printable ASCII")]
    public async Task What_fits_no_header_is_an_error_without_the_secret(string content, string message)
    {
        RemoteWriteSettings settings = Settings with { BearerToken = new BearerTokenSettings { TokenFile = Write("token", content) } };

        IOException error = await Assert.ThrowsAnyAsync<IOException>(() => SendAsync(settings));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
        Assert.Empty(seen);
    }

    private async Task SendAsync(RemoteWriteSettings settings, string header = "Authorization", string? present = null)
    {
        using HttpMessageInvoker client = new(RemoteWriteSender.Authorized(settings, new Recorder(header, seen)));
        using HttpRequestMessage request = new(HttpMethod.Post, settings.Endpoint);
        if (present is not null)
        {
            request.Headers.TryAddWithoutValidation(present, "old");
        }

        using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private sealed class Recorder(string header, List<string?> seen) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            seen.Add(request.Headers.TryGetValues(header, out IEnumerable<string>? values) ? string.Join(", ", values) : null);
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
        }
    }
}
