using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Credentials;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// A <c>tls</c> section (opentelemetry-collector config/configtls/configtls.go). The key <c>insecure</c> means something else for every
/// protocol and is left to the caller, as is <see cref="MappingReader.Finish"/>.
/// </summary>
internal static class TlsReader
{
    private const string FileHint = "is it mounted? a relative path starts at the working directory";
    private const string PemHint = "PEM text starts with '-----BEGIN'";
    private const string OwnChoice = "cannot be chosen here: the safe defaults of the TLS library are used";
    private const string RestrictServer = "remove it, and restrict the server instead";

    /// <summary>Reads all keys but <c>insecure</c>.</summary>
    public static TlsSettings Read(MappingReader tls)
    {
        TlsSettings settings = new()
        {
            CaFile = tls.Text("ca_file", ""),
            CaPem = tls.Text("ca_pem", ""),
            IncludeSystemAuthorities = tls.Flag("include_system_ca_certs_pool", false),
            CertificateFile = tls.Text("cert_file", ""),
            CertificatePem = tls.Text("cert_pem", ""),
            KeyFile = tls.Text("key_file", ""),
            KeyPem = new Secret(tls.Text("key_pem", "")),
            InsecureSkipVerify = tls.Flag("insecure_skip_verify", false),
            ServerName = tls.Text("server_name_override", ""),
            MinVersion = ReadVersion(tls, "min_version", TlsVersion.Tls12),
            MaxVersion = ReadVersion(tls, "max_version", TlsVersion.Tls13),
        };
        if (settings.MinVersion > settings.MaxVersion)
        {
            tls.Error("min_version", "must not be higher than max_version");
        }

        RefuseRest(tls);
        return settings;
    }

    /// <summary>Looks, for a connection that will use them, for mistakes in certificates and keys.</summary>
    public static void Check(MappingReader tls, TlsSettings settings)
    {
        if (IsComplete(tls, settings) && tls.Context.Connects)
        {
            CheckCertificates(tls, settings);
        }
    }

    private static TlsVersion ReadVersion(MappingReader tls, string key, TlsVersion fallback)
    {
        SettingNode? value = tls.Find(key);
        string text = tls.Text(key, "");
        switch (text)
        {
            case "":
                return fallback;
            case "1.3":
                return TlsVersion.Tls13;
            case "1.2":
                return TlsVersion.Tls12;
            case "1.0" or "1.1" when key == "min_version":
                tls.Warning(key, "1.2 is used: older versions are not safe, and the TLS library does not offer them");
                return TlsVersion.Tls12;
            case "1.0" or "1.1":
                tls.Error(key, "must be 1.2 or 1.3: older versions are not safe, and the TLS library does not offer them");
                return fallback;
            default:
                tls.Error(key, $"must be 1.2 or 1.3, not '{value!.Shown}'");
                return fallback;
        }
    }

    private static void RefuseRest(MappingReader tls)
    {
        tls.Refuse("cipher_suites", OwnChoice, RestrictServer);
        tls.Refuse("curve_preferences", OwnChoice, RestrictServer);
        tls.Ignore("reload_interval", "certificates are read when the worker starts; restart it after a renewal, nothing is lost by that");
        MappingReader tpm = tls.Section("tpm");
        if (tpm.Flag("enabled", false))
        {
            tpm.Error("enabled", "keys in a trusted platform module are not supported", "give the key as key_file or key_pem");
        }

        tpm.Accept("path", "owner_auth", "auth");
        tpm.Finish();
    }

    // Whether it is clear which texts are meant.
    private static bool IsComplete(MappingReader tls, TlsSettings settings)
    {
        bool complete = NotBoth(tls, "ca_file", settings.CaFile.Length > 0, "ca_pem", settings.CaPem.Length > 0)
            & NotBoth(tls, "cert_file", settings.CertificateFile.Length > 0, "cert_pem", settings.CertificatePem.Length > 0)
            & NotBoth(tls, "key_file", settings.KeyFile.Length > 0, "key_pem", !settings.KeyPem.IsEmpty);
        if (settings.HasCertificate && !settings.HasKey)
        {
            tls.Error(CertificateKey(settings), "a certificate needs its private key", "add key_file or key_pem");
        }
        else if (settings.HasKey && !settings.HasCertificate)
        {
            tls.Error(PrivateKeyKey(settings), "a private key needs its certificate", "add cert_file or cert_pem");
        }

        return complete;
    }

    private static bool NotBoth(MappingReader tls, string file, bool hasFile, string pem, bool hasPem)
    {
        if (hasFile && hasPem)
        {
            tls.Error(tls.KeyPlaceOf(pem), pem, $"stands beside {file}", "keep one of them");
        }

        return !(hasFile && hasPem);
    }

    private static void CheckCertificates(MappingReader tls, TlsSettings settings)
    {
        Check(tls, settings.CaFile.Length > 0 ? "ca_file" : "ca_pem", settings.CaFile.Length > 0, () => TlsCertificates.Authorities(settings));
        bool readable = Check(
            tls, CertificateKey(settings), settings.CertificateFile.Length > 0, () => TlsCertificates.CheckCertificate(settings));
        if (readable)
        {
            Check(tls, PrivateKeyKey(settings), settings.KeyFile.Length > 0, () => TlsCertificates.Client(settings));
        }
    }

    private static bool Check(MappingReader tls, string key, bool isFile, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (CredentialException exception)
        {
            tls.Error(tls.KeyPlaceOf(key), key, exception.Message, isFile ? FileHint : PemHint);
            return false;
        }
    }

    private static string CertificateKey(TlsSettings settings) => settings.CertificateFile.Length > 0 ? "cert_file" : "cert_pem";

    private static string PrivateKeyKey(TlsSettings settings) => settings.KeyFile.Length > 0 ? "key_file" : "key_pem";
}
