namespace StreamSpanMetrics.Core.Settings;

/// <summary>Everything a user may set, validated. Immutable; edges and rooms get the part they need.</summary>
public sealed record ProcessorSettings
{
    /// <summary>Where spans come from.</summary>
    public SpanSourceSettings Source { get; init; } = new();

    /// <summary>What is counted: the connector's settings.</summary>
    public ConnectorSettings Connector { get; init; } = new();

    /// <summary>The topic that receives the metric points. Always written: it is the outbox of remote write.</summary>
    public MetricsTopicSettings MetricsTopic { get; init; } = new();

    /// <summary>Where series are pushed to; null if no remote-write exporter is on the path.</summary>
    public RemoteWriteSettings? RemoteWrite { get; init; }

    /// <summary>Path of the file that these settings were read from, as it was given; null if there is none. Only for messages.</summary>
    public string? File { get; init; }

    /// <summary>Settings of our own.</summary>
    public StreamSettings Stream { get; init; } = new();
}
