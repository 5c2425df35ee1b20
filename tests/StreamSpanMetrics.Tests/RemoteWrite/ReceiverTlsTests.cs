using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.RemoteWrite;
using StreamSpanMetrics.Tests.Support;

namespace StreamSpanMetrics.Tests.RemoteWrite;

/// <summary>A sender and a receiver of the loopback address that asks for TLS.</summary>
public sealed class ReceiverTlsTests
{
    private static readonly TlsSettings Trusting = new() { CaPem = TestCertificates.AuthorityPem, ServerName = "metrics.internal" };

    [Fact]
    public async Task A_receiver_of_a_known_authority_and_the_asked_name_is_written_to()
    {
        Assert.Null(await ReasonAsync(Trusting));
    }

    [Fact]
    public async Task Without_its_authority_it_is_not_believed()
    {
        string? reason = await ReasonAsync(new TlsSettings { ServerName = "metrics.internal" });

        Assert.Contains("certificate is invalid", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Under_another_name_it_is_not_believed()
    {
        string? reason = await ReasonAsync(Trusting with { ServerName = "" });

        Assert.Contains("RemoteCertificateNameMismatch", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_skips_verification_believes_anybody()
    {
        Assert.Null(await ReasonAsync(new TlsSettings { InsecureSkipVerify = true }));
    }

    [Fact]
    public async Task Versions_that_do_not_meet_are_an_error()
    {
        Assert.Null(await ReasonAsync(Trusting with { MaxVersion = TlsVersion.Tls12 }, SslProtocols.Tls12));
        Assert.NotNull(await ReasonAsync(Trusting with { MinVersion = TlsVersion.Tls13 }, SslProtocols.Tls12));
        Assert.NotNull(await ReasonAsync(Trusting with { MaxVersion = TlsVersion.Tls12 }, SslProtocols.Tls13));
    }

    [Fact]
    public async Task A_client_certificate_is_shown_where_one_is_asked_for()
    {
        TlsSettings client = Trusting with
        {
            CertificatePem = TestCertificates.Client.CertificatePem,
            KeyPem = new Secret(TestCertificates.Client.KeyPem),
        };

        Assert.Null(await ReasonAsync(client, client: TestCertificates.Client.CertificatePem));
        Assert.NotNull(await ReasonAsync(client, client: TestCertificates.Other.CertificatePem));
        Assert.NotNull(await ReasonAsync(Trusting, client: TestCertificates.Client.CertificatePem));
    }

    // Why the first attempt failed; null if it did not.
    private static async Task<string?> ReasonAsync(TlsSettings tls, SslProtocols versions = SslProtocols.None, string? client = null)
    {
        await using WebApplication receiver = Receiver(versions, client);
        await receiver.StartAsync(TestContext.Current.CancellationToken);
        RemoteWriteSettings settings = new()
        {
            Endpoint = new Uri(receiver.Urls.Single() + "/api/v1/write"),
            Tls = tls,
            Timeout = TimeSpan.FromMinutes(1),
        };
        using FirstFailure failure = new();
        using RemoteWriteSender sender = new(
            settings, "spanmetrics/test", RemoteWriteSender.CreateHandler(settings), TimeProvider.System, failure);
        try
        {
            await sender.SendAsync(WriteRequestBatches.Of(1), failure.Happened);
        }
        catch (OperationCanceledException) when (failure.Cause is not null)
        {
            return failure.Cause;
        }

        return null;
    }

    private static WebApplication Receiver(SslProtocols versions, string? client)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = TestCertificates.Server("metrics.internal");
            https.SslProtocols = versions;
            https.ClientCertificateMode = client is null ? ClientCertificateMode.NoCertificate : ClientCertificateMode.RequireCertificate;
            https.ClientCertificateValidation = (certificate, _, _) => certificate.ExportCertificatePem() == client;
        })));
        WebApplication application = builder.Build();
        application.Run(context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        return application;
    }

    private sealed class FirstFailure : IRemoteWriteObserver, IDisposable
    {
        private readonly CancellationTokenSource happened = new();

        public string? Cause { get; private set; }

        public CancellationToken Happened => happened.Token;

        public void Retried()
        {
        }

        public void Away(DateTimeOffset since, int attempts, string cause)
        {
            Cause = cause;
            happened.Cancel();
        }

        public void Back(DateTimeOffset since, int attempts) => Assert.Fail("it failed before");

        public void FellBack(string answer) => Assert.Fail(answer);

        public void Refused(RefusalReason reason, int samples, string answer) => Assert.Fail(answer);

        public void Dispose() => happened.Dispose();
    }
}
