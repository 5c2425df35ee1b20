namespace StreamSpanMetrics.Core.Settings;

/// <summary><c>receivers.kafka</c>: the topic with the spans.</summary>
public sealed record SpanSourceSettings
{
    /// <summary>Connection.</summary>
    public KafkaClientSettings Kafka { get; init; } = new();

    /// <summary>Topic with OTLP traces (<c>traces.topics</c>, exactly one).</summary>
    public string Topic { get; init; } = "otlp_spans";

    /// <summary>Encoding of its records (<c>traces.encoding</c>).</summary>
    public SpanEncoding Encoding { get; init; } = SpanEncoding.OtlpProto;

    /// <summary>Where the first start of the application id begins (the Collector's default is latest).</summary>
    public InitialOffset InitialOffset { get; init; } = InitialOffset.Earliest;

    /// <summary>Consumer session time-out.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Name under which this worker is a static member of its groups, unlike any other worker's: it may restart within the session
    /// time-out without moving a partition. Empty: partitions move when it leaves.
    /// </summary>
    public string GroupInstanceId { get; init; } = "";

    /// <summary>Consumer heartbeat interval.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(3);
}
