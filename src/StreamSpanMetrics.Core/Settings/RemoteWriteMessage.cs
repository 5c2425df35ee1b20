namespace StreamSpanMetrics.Core.Settings;

/// <summary>The messages of remote write.</summary>
public enum RemoteWriteMessage
{
    /// <summary>Remote write 1.0, <c>prometheus.WriteRequest</c>. The default.</summary>
    Version1,

    /// <summary>
    /// Remote write 2.0, <c>io.prometheus.write.v2.Request</c>: metadata and start timestamps in each series, and the receiver tells how much
    /// it wrote. A receiver that does not read it gets 1.0.
    /// </summary>
    Version2,
}
