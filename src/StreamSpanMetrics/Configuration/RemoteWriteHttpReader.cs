using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// The HTTP keys of the remote-write exporter (opentelemetry-collector config/confighttp/confighttp.go), which stand at the top of the
/// section or below <c>http</c>.
/// </summary>
internal sealed class RemoteWriteHttpReader
{
    private const string OneConnection = "every partition has one request in flight";

    // Written by us for each request (Prometheus remote write 1.0, section Protocol) or by the HTTP client.
    private static readonly string[] ReservedHeaders =
    [
        "Content-Encoding", "Content-Type", "Content-Length", "Host", "Transfer-Encoding", "Connection",
        "X-Prometheus-Remote-Write-Version",
    ];

    private static readonly (string Key, string Reason)[] IgnoredKeys =
    [
        ("read_buffer_size", OneConnection),
        ("write_buffer_size", OneConnection),
        ("max_idle_conns", OneConnection),
        ("max_idle_conns_per_host", OneConnection),
        ("max_conns_per_host", OneConnection),
        ("idle_conn_timeout", OneConnection),
        ("disable_keep_alives", OneConnection),
        ("http2_read_idle_timeout", OneConnection),
        ("http2_ping_timeout", OneConnection),
        ("force_attempt_http2", OneConnection),
        ("cookies", "answers of a remote-write endpoint have none"),
        ("compression_params", "snappy has no levels"),
    ];

    private readonly MappingReader top;
    private readonly MappingReader http;

    /// <summary>Reads keys of <paramref name="exporter"/>.</summary>
    public RemoteWriteHttpReader(MappingReader exporter)
    {
        top = exporter;
        http = exporter.Section("http");
    }

    /// <summary>The endpoint; null if it is missing or no address, which is then among the problems.</summary>
    public Uri? ReadEndpoint()
    {
        MappingReader reader = At("endpoint");
        SettingNode? value = reader.Find("endpoint");
        string text = reader.Text("endpoint", "");
        if (value is null || (value.Kind == SettingKind.Scalar && text.Length == 0))
        {
            reader.Error("endpoint", "an endpoint is needed", "for example 'endpoint: http://prometheus:9090/api/v1/write'");
            return null;
        }

        bool isAddress = Uri.TryCreate(text, UriKind.Absolute, out Uri? endpoint)
            && (endpoint.Scheme == Uri.UriSchemeHttp || endpoint.Scheme == Uri.UriSchemeHttps);
        if (value.Kind == SettingKind.Scalar && !isAddress)
        {
            // What stands before an '@' may be a password.
            string shown = value.Shown.Contains('@', StringComparison.Ordinal) ? "" : $", not '{value.Shown}'";
            reader.Error("endpoint", "must be an http or https address" + shown, "for example http://prometheus:9090/api/v1/write");
            return null;
        }

        if (endpoint is { UserInfo.Length: > 0 })
        {
            reader.Error(
                "endpoint",
                "user and password in the address are not supported",
                "name a basicauth extension in auth.authenticator");
            return null;
        }

        return endpoint;
    }

    /// <summary>Longest time for one request.</summary>
    public TimeSpan ReadTimeout(TimeSpan fallback)
    {
        return At("timeout").Duration("timeout", fallback, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1));
    }

    /// <summary>Further headers; their values are secrets and in no message.</summary>
    public SortedDictionary<string, string> ReadHeaders()
    {
        SortedDictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        MappingReader reader = At("headers");
        if (reader.Find("headers") is { Kind: SettingKind.List })
        {
            // The Collector's newer form: a list of names and values.
            foreach (SettingNode item in reader.Items("headers"))
            {
                MappingReader header = new(reader.Context, item, reader.PathOf("headers"));
                AddHeader(header, "name", header.Text("name", ""), header.Text("value", ""), headers);
                header.Finish();
            }

            return headers;
        }

        MappingReader section = reader.Section("headers");
        foreach (string name in section.Keys)
        {
            AddHeader(section, name, name, section.Text(name, ""), headers);
        }

        return headers;
    }

    /// <summary>Reads whom to trust and who we are.</summary>
    public RemoteWriteSettings ReadSecurity(RemoteWriteSettings settings, IReadOnlyList<Component> extensions)
    {
        RemoteWriteSettings secured = AuthenticatorReader.Read(At("auth").Section("auth"), extensions, settings) with
        {
            Tls = ReadTls(settings.Endpoint.Scheme == Uri.UriSchemeHttps),
        };
        CheckAuthorization(secured);
        return secured;
    }

    /// <summary>Reads what is left and refuses unknown keys below <c>http</c>.</summary>
    public void Finish()
    {
        At("proxy_url").Refuse("proxy_url", "not supported yet", "set the environment variable HTTP_PROXY or HTTPS_PROXY");
        At("middlewares").Refuse("middlewares", "middleware extensions are not supported", "remove it");
        MappingReader reader = At("compression");
        if (reader.Text("compression", "snappy") is not ("snappy" or ""))
        {
            reader.Error(
                "compression", $"remote write is always compressed by snappy, not by '{reader.Find("compression")!.Shown}'", "remove it");
        }

        foreach ((string key, string reason) in IgnoredKeys)
        {
            At(key).Ignore(key, reason);
        }

        http.Finish();
    }

    private TlsSettings ReadTls(bool encrypted)
    {
        MappingReader tls = At("tls").Section("tls");
        TlsSettings settings = TlsReader.Read(tls);
        if (tls.Flag("insecure", false))
        {
            tls.Warning("insecure", "has no effect here: the scheme of the endpoint decides");
        }

        tls.Finish();
        if (encrypted)
        {
            TlsReader.Check(tls, settings);
        }

        foreach (string key in encrypted ? [] : tls.Keys.Where(key => key != "insecure"))
        {
            tls.Warning(key, "has no effect: the endpoint is http", "is it an https endpoint?");
        }

        return settings;
    }

    private void CheckAuthorization(RemoteWriteSettings settings)
    {
        string? header = settings.BasicAuth is not null ? "Authorization" : settings.BearerToken?.Header;
        if (header is null)
        {
            return;
        }

        MappingReader reader = At("auth");
        if (settings.Headers.ContainsKey(header))
        {
            reader.Error("auth", $"the header {header} stands below 'headers' too", "keep one of them");
        }

        if (settings.Endpoint.Scheme != Uri.UriSchemeHttps)
        {
            reader.Warning("auth", "the secret crosses the network in clear text", "use an https endpoint");
        }
    }

    private static void AddHeader(
        MappingReader reader, string key, string name, string value, SortedDictionary<string, string> headers)
    {
        if (!HttpHeader.IsName(name))
        {
            reader.Error(reader.KeyPlaceOf(key), key, "this is not the name of a header");
        }
        else if (ReservedHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            reader.Error(reader.KeyPlaceOf(key), key, "this header is written by the exporter itself", "remove it");
        }
        else if (!HttpHeader.IsValue(value))
        {
            reader.Error(
                reader.KeyPlaceOf(key),
                key,
                "the value of a header must be printable ASCII",
                "is there a line end at the end of the secret?");
        }
        else if (!headers.TryAdd(name, value))
        {
            reader.Error(reader.KeyPlaceOf(key), key, "this header stands twice");
        }
    }

    // The reader in which the key was written; in neither, the top one.
    private MappingReader At(string key)
    {
        top.Accept(key);
        http.Accept(key);
        if (top.Has(key) && http.Has(key))
        {
            top.Context.Problems.Error(top.KeyPlaceOf(key), top.PathOf(key), "stands here and below 'http'", "keep the one below 'http'");
        }

        return http.Has(key) ? http : top;
    }
}
