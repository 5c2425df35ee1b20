using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Credentials;

namespace StreamSpanMetrics.RemoteWrite;

/// <summary>Turns <see cref="TlsSettings"/> into what the HTTP client wants.</summary>
internal static class ReceiverTls
{
    /// <summary>The options of all connections; certificates are read now and not again.</summary>
    /// <exception cref="CredentialException">A certificate or key cannot be read.</exception>
    public static SslClientAuthenticationOptions Options(TlsSettings tls)
    {
        SslClientAuthenticationOptions options = new() { EnabledSslProtocols = Versions(tls) };
        if (TlsCertificates.Authorities(tls) is X509Certificate2Collection authorities)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (TlsCertificates.Client(tls) is ClientCertificate client)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(client.Leaf, client.Chain, offline: true);

            // A server that checks certificates again when a session is resumed (.NET's does) has no intermediate ones then, and refuses.
            options.AllowTlsResume = false;
        }

        if (tls.InsecureSkipVerify)
        {
            Trust(options);
        }

        return options;
    }

    [SuppressMessage("Security", "CA5359:Do not disable certificate validation", Justification = "The user asks for it by its name.")]
    private static void Trust(SslClientAuthenticationOptions options) =>
        options.RemoteCertificateValidationCallback = (_, _, _, _) => true;

    [SuppressMessage("Security", "CA5398:Avoid hardcoded SslProtocols values", Justification = "The user names lowest and highest.")]
    private static SslProtocols Versions(TlsSettings tls) => (tls.MinVersion, tls.MaxVersion) switch
    {
        (TlsVersion.Tls13, _) => SslProtocols.Tls13,
        (_, TlsVersion.Tls12) => SslProtocols.Tls12,
        _ => SslProtocols.Tls12 | SslProtocols.Tls13,
    };
}
