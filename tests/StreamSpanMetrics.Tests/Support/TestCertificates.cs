using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamSpanMetrics.Tests.Support;

/// <summary>An authority and certificates that it signed, made once for all tests.</summary>
internal static class TestCertificates
{
    private static readonly DateTimeOffset From = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = new(2120, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly X509Certificate2 Authority = MakeAuthority();

    /// <summary>The authority's certificate.</summary>
    public static string AuthorityPem { get; } = Authority.ExportCertificatePem();

    /// <summary>A client's certificate and key.</summary>
    public static (string CertificatePem, string KeyPem) Client { get; } = Make("client", 1);

    /// <summary>Another certificate and key.</summary>
    public static (string CertificatePem, string KeyPem) Other { get; } = Make("other", 2);

    /// <summary>The client's key under a passphrase.</summary>
    public static string EncryptedKeyPem { get; } = Encrypted(Client.KeyPem);

    /// <summary>A certificate, with its key, for a server of that name.</summary>
    public static X509Certificate2 Server(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=server", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.Create(Authority, From, To, [3]);
        return certificate.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 MakeAuthority()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(From, To);
    }

    private static (string CertificatePem, string KeyPem) Make(string name, byte serial)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=" + name, key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.Create(Authority, From, To, [serial]);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static string Encrypted(string keyPem)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportFromPem(keyPem);
        return key.ExportEncryptedPkcs8PrivateKeyPem("hunter2", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
    }
}
