namespace StreamSpanMetrics.Configuration;

/// <summary>Keys of a <c>tls</c> section (opentelemetry-collector config/configtls/configtls.go).</summary>
internal static class TlsKeys
{
    private static readonly string[] Keys =
    [
        "insecure", "insecure_skip_verify", "server_name_override", "ca_file", "ca_pem", "cert_file", "cert_pem", "key_file", "key_pem",
        "min_version", "max_version", "cipher_suites", "curve_preferences", "reload_interval", "include_system_ca_certs_pool", "tpm",
    ];

    /// <summary>Marks all of them as known.</summary>
    public static void Accept(MappingReader tls) => tls.Accept(Keys);
}
