namespace StreamSpanMetrics.Core.Settings;

/// <summary><c>receivers.kafka</c>: the topic with the spans.</summary>
public sealed record SpanSourceSettings
{
    /// <summary>Connection.</summary>
    public KafkaClientSettings Kafka { get; init; } = new();

    /// <summary>Topic with OTLP traces (<c>traces.topics</c>, exactly one).</summary>
    public string Topic { get; init; } = "otlp_spans";

    /// <summary>Where the first start of the application id begins (the Collector's default is latest).</summary>
    public InitialOffset InitialOffset { get; init; } = InitialOffset.Earliest;

    /// <summary>Consumer session time-out.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Consumer heartbeat interval.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(3);
}
