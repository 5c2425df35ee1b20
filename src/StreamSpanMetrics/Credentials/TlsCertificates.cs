using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Credentials;

/// <summary>Turns <see cref="TlsSettings"/> into certificates. The same code finds mistakes before the start and serves connections.</summary>
public static class TlsCertificates
{
    private const string EncryptedKey = "BEGIN ENCRYPTED PRIVATE KEY";
    private const string LegacyEncryption = "Proc-Type: 4,ENCRYPTED";

    /// <summary>The authorities that the settings name, those of the system among them if they say so; null if they name none.</summary>
    /// <exception cref="CredentialException">They cannot be read, or are no certificates.</exception>
    public static X509Certificate2Collection? Authorities(TlsSettings tls)
    {
        if (!tls.HasAuthorities)
        {
            return null;
        }

        X509Certificate2Collection authorities = Certificates(
            tls.CaFile.Length > 0 ? CredentialFile.ReadText(tls.CaFile) : tls.CaPem, Place(tls.CaFile, "ca_pem"));
        if (tls.IncludeSystemAuthorities)
        {
            AddSystemAuthorities(authorities, StoreLocation.LocalMachine);
            AddSystemAuthorities(authorities, StoreLocation.CurrentUser);
        }

        return authorities;
    }

    /// <summary>The same as one PEM text; null if the settings name none.</summary>
    /// <exception cref="CredentialException">As for <see cref="Authorities"/>.</exception>
    public static string? AuthoritiesPem(TlsSettings tls)
    {
        if (Authorities(tls) is not X509Certificate2Collection authorities)
        {
            return null;
        }

        StringBuilder text = new();
        foreach (X509Certificate2 certificate in authorities)
        {
            text.Append(certificate.ExportCertificatePem()).Append('\n');
            certificate.Dispose();
        }

        return text.ToString();
    }

    /// <summary>Reads the client's certificate without its key.</summary>
    /// <exception cref="CredentialException">It cannot be read, or is no certificate.</exception>
    public static void CheckCertificate(TlsSettings tls)
    {
        if (tls.HasCertificate)
        {
            Certificates(CertificateText(tls), Place(tls.CertificateFile, "cert_pem"));
        }
    }

    /// <summary>The client's certificate; null if the settings name none.</summary>
    /// <exception cref="CredentialException">It or its key cannot be read, or they do not belong together.</exception>
    public static ClientCertificate? Client(TlsSettings tls)
    {
        if (!tls.HasCertificate || !tls.HasKey)
        {
            return null;
        }

        string certificateText = CertificateText(tls);
        X509Certificate2Collection chain = Certificates(certificateText, Place(tls.CertificateFile, "cert_pem"));
        using X509Certificate2 leaf = chain[0];
        chain.RemoveAt(0);
        string keyText = tls.KeyFile.Length > 0 ? CredentialFile.ReadText(tls.KeyFile) : tls.KeyPem.Value;
        return new ClientCertificate(WithKey(certificateText, leaf, keyText, Place(tls.KeyFile, "key_pem")), chain);
    }

    private static string CertificateText(TlsSettings tls) =>
        tls.CertificateFile.Length > 0 ? CredentialFile.ReadText(tls.CertificateFile) : tls.CertificatePem;

    private static X509Certificate2 WithKey(string certificateText, X509Certificate2 certificate, string keyText, string place)
    {
        if (keyText.Contains(EncryptedKey, StringComparison.Ordinal) || keyText.Contains(LegacyEncryption, StringComparison.Ordinal))
        {
            throw new CredentialException($"the private key in {place} is encrypted, and there is no key for its passphrase");
        }

        if (!keyText.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new CredentialException($"there is no private key (PEM) in {place}");
        }

        try
        {
            using X509Certificate2 pair = X509Certificate2.CreateFromPem(certificateText, keyText);

            // Windows' TLS cannot use a key that was never in a key container.
            return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new CredentialException(
                $"the private key in {place} does not belong to the certificate of '{certificate.Subject}', or is damaged", exception);
        }
    }

    private static X509Certificate2Collection Certificates(string text, string place)
    {
        X509Certificate2Collection certificates = [];
        try
        {
            certificates.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            throw new CredentialException($"a certificate in {place} is damaged", exception);
        }

        return certificates.Count > 0 ? certificates : throw new CredentialException($"there is no certificate (PEM) in {place}");
    }

    private static void AddSystemAuthorities(X509Certificate2Collection authorities, StoreLocation location)
    {
        using X509Store store = new(StoreName.Root, location, OpenFlags.ReadOnly);
        authorities.AddRange(store.Certificates);
    }

    private static string Place(string file, string key) => file.Length > 0 ? file : key;
}
