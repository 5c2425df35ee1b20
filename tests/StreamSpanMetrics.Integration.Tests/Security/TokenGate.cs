using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace StreamSpanMetrics.Integration.Tests.Security;

/// <summary>
/// What stands before a metrics store in many companies: TLS, a client certificate and a token. Whoever has all of them is passed on to a
/// Prometheus; others get a 401, or no connection.
/// </summary>
public sealed class TokenGate : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly HttpClient forward = new();
    private readonly X509Certificate2 certificate;
    private readonly Uri target;
    private int refused;

    private TokenGate(Uri target, int port, CertificateFiles files, X509Certificate2 root)
    {
        this.target = target;
        certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(files.Certificate);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ServerCertificateChain = chain;
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (client, sent, _) => IsSigned(client, sent!, root);
        })));
        application = builder.Build();
        application.Run(AnswerAsync);
    }

    /// <summary>The token that is accepted just now.</summary>
    public string Token { get; set; } = "";

    /// <summary>Requests that got a 401 so far.</summary>
    public int Refused => Volatile.Read(ref refused);

    /// <summary>Values of the header Authorization so far.</summary>
    public ConcurrentQueue<string> Seen { get; } = [];

    /// <summary>Hosts that were asked for.</summary>
    public ConcurrentDictionary<string, bool> Hosts { get; } = [];

    /// <summary>Starts a gate before <paramref name="target"/>.</summary>
    public static async Task<TokenGate> StartAsync(Uri target, int port, CertificateFiles certificate, X509Certificate2 root)
    {
        TokenGate gate = new(target, port, certificate, root);
        await gate.application.StartAsync();
        return gate;
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        forward.Dispose();
        certificate.Dispose();
    }

    private static bool IsSigned(X509Certificate2 client, X509Chain chain, X509Certificate2 root)
    {
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        return chain.Build(client);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        string authorization = context.Request.Headers.Authorization.ToString();
        Seen.Enqueue(authorization);
        Hosts[context.Request.Host.Host] = true;
        if (authorization != "Bearer " + Token)
        {
            Interlocked.Increment(ref refused);
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        using HttpRequestMessage request = new(HttpMethod.Post, target) { Content = new StreamContent(context.Request.Body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", context.Request.Headers.ContentEncoding.ToString());
        using HttpResponseMessage answer = await forward.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        if (!answer.IsSuccessStatusCode)
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}
