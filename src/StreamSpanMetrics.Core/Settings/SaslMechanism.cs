namespace StreamSpanMetrics.Core.Settings;

/// <summary>How user name and password are proven to a Kafka broker.</summary>
public enum SaslMechanism
{
    /// <summary>They are sent as they are: only over TLS.</summary>
    Plain,

    /// <summary>SCRAM-SHA-256: proven without being sent.</summary>
    ScramSha256,

    /// <summary>SCRAM-SHA-512: proven without being sent.</summary>
    ScramSha512,
}
