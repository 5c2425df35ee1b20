using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Security;

/// <summary>An authority of our own, with an intermediate one, and the certificates of servers and clients that they sign.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private static readonly DateTimeOffset From = TimeProvider.System.GetUtcNow().AddDays(-1);
    private static readonly DateTimeOffset To = From.AddDays(30);

    private readonly TemporaryFolder folder = new();
    private readonly X509Certificate2 root;
    private readonly X509Certificate2 intermediate;
    private byte serial = 1;

    /// <summary>Makes the authorities and writes the root's certificate to <see cref="RootFile"/>.</summary>
    public CertificateAuthority()
    {
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        root = Authority("CN=root", rootKey).CreateSelfSigned(From, To);
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 signed = Authority("CN=intermediate", key).Create(root, From, To, [serial++]);
        intermediate = signed.CopyWithPrivateKey(key);
        RootFile = folder.Write("root.pem", root.ExportCertificatePem());
    }

    /// <summary>File with the root's certificate.</summary>
    public string RootFile { get; }

    /// <summary>The root's certificate.</summary>
    public X509Certificate2 Root => root;

    /// <summary>A certificate for 127.0.0.1 and localhost.</summary>
    public CertificateFiles Server() => Issue("server", "1.3.6.1.5.5.7.3.1", request =>
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
    });

    /// <summary>A certificate for a server of another name.</summary>
    public CertificateFiles Server(string name) => Issue("server-" + name, "1.3.6.1.5.5.7.3.1", request =>
    {
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
    });

    /// <summary>A certificate for a client.</summary>
    public CertificateFiles Client(string name) => Issue(name, "1.3.6.1.5.5.7.3.2", _ => { });

    /// <summary>Writes another file beside the certificates and returns its path.</summary>
    public string Write(string name, string text) => folder.Write(name, text);

    /// <summary>Deletes all files.</summary>
    public void Dispose()
    {
        root.Dispose();
        intermediate.Dispose();
        folder.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private CertificateFiles Issue(string name, string usage, Action<CertificateRequest> extend)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        extend(request);
        using X509Certificate2 certificate = request.Create(intermediate, From, To, [serial++]);
        string chain = certificate.ExportCertificatePem() + "\n" + intermediate.ExportCertificatePem() + "\n";
        string keyText = key.ExportPkcs8PrivateKeyPem() + "\n";
        return new CertificateFiles(
            folder.Write(name + ".pem", chain), folder.Write(name + ".key", keyText), folder.Write(name + ".both.pem", keyText + chain));
    }
}
