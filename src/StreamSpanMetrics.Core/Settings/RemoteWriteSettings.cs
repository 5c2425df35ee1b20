namespace StreamSpanMetrics.Core.Settings;

/// <summary><c>exporters.prometheusremotewrite</c>: where and how series are pushed.</summary>
public sealed record RemoteWriteSettings
{
    /// <summary>Address of the receiver, http or https.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>Longest time for one request. Default of the Collector's exporter.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Further request headers, such as a tenant id. Values may be secret.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whom https connections trust and who they say they are (<c>tls</c>).</summary>
    public TlsSettings Tls { get; init; } = new();

    /// <summary>User name and password, from the extension that <c>auth.authenticator</c> names; null: none.</summary>
    public BasicAuthSettings? BasicAuth { get; init; }

    /// <summary>A token, from the extension that <c>auth.authenticator</c> names; null: none. Never beside a user name.</summary>
    public BearerTokenSettings? BearerToken { get; init; }

    /// <summary>First pause before a retry (<c>retry_on_failure.initial_interval</c>).</summary>
    public TimeSpan RetryInitialInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest pause between retries (<c>retry_on_failure.max_interval</c>).</summary>
    public TimeSpan RetryMaxInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Which message is sent (<c>protobuf_message</c>).</summary>
    public RemoteWriteMessage Message { get; init; }

    /// <summary>Largest request before compression, in bytes of a 1.0 message (<c>max_batch_size_bytes</c>).</summary>
    public int MaxBatchBytes { get; init; } = 3_000_000;

    /// <summary>How points become series.</summary>
    public Prometheus.PrometheusRules Rules { get; init; } = new();
}
