namespace StreamSpanMetrics.Core.Settings;

/// <summary>
/// <c>tls</c> of a client: whom it trusts and how it shows who it is. Certificates and keys are PEM, in a file or as text, never both; an
/// empty text means that there is none.
/// </summary>
public sealed record TlsSettings
{
    /// <summary>File with the certificates of the authorities to trust; without any, those of the system (<c>ca_file</c>).</summary>
    public string CaFile { get; init; } = "";

    /// <summary>The same as text (<c>ca_pem</c>).</summary>
    public string CaPem { get; init; } = "";

    /// <summary>Whether those of the system are trusted too (<c>include_system_ca_certs_pool</c>).</summary>
    public bool IncludeSystemAuthorities { get; init; }

    /// <summary>File with the client's certificate, and those between it and the root behind it (<c>cert_file</c>).</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary>The same as text (<c>cert_pem</c>).</summary>
    public string CertificatePem { get; init; } = "";

    /// <summary>File with the private key of the client's certificate, not encrypted (<c>key_file</c>).</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>The same as text (<c>key_pem</c>).</summary>
    public Secret KeyPem { get; init; } = Secret.None;

    /// <summary>Whether any server is believed to be whom it says it is (<c>insecure_skip_verify</c>).</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Name to ask for, and to find in the server's certificate, instead of the address (<c>server_name_override</c>).</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Lowest version (<c>min_version</c>).</summary>
    public TlsVersion MinVersion { get; init; } = TlsVersion.Tls12;

    /// <summary>Highest version (<c>max_version</c>).</summary>
    public TlsVersion MaxVersion { get; init; } = TlsVersion.Tls13;

    /// <summary>Whether authorities are given.</summary>
    public bool HasAuthorities => CaFile.Length > 0 || CaPem.Length > 0;

    /// <summary>Whether a client certificate is given.</summary>
    public bool HasCertificate => CertificateFile.Length > 0 || CertificatePem.Length > 0;

    /// <summary>Whether a private key is given.</summary>
    public bool HasKey => KeyFile.Length > 0 || !KeyPem.IsEmpty;
}
