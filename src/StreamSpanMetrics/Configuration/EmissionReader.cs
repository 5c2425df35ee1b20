using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>The keys of <c>stream</c> that say which series are sent when: they are measured by the connector's step (P-1).</summary>
internal static class EmissionReader
{
    private const string Emit = "emit";
    private const string ActiveFor = "active_for";
    private const string Heartbeat = "heartbeat";

    /// <summary>Names of the keys.</summary>
    public static readonly string[] Keys = [Emit, ActiveFor, Heartbeat];

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    // query.lookback-delta of a Prometheus that nobody configured.
    private static readonly TimeSpan LookBack = TimeSpan.FromMinutes(5);

    /// <summary>Reads the keys into <paramref name="settings"/>.</summary>
    public static StreamSettings Read(MappingReader reader, StreamSettings settings, ConnectorSettings connector)
    {
        bool changed = reader.Choice(Emit, false, ("all", false), ("changed", true));
        TimeSpan shortest = reader.Find(Heartbeat) is null ? TimeSpan.Zero : connector.MetricsFlushInterval;
        settings = settings with
        {
            EmitsChanged = changed,
            ActiveFor = reader.Duration(ActiveFor, settings.ActiveFor, TimeSpan.Zero, Longest),
            Heartbeat = reader.Duration(Heartbeat, settings.Heartbeat, shortest, Longest),
        };
        foreach (string key in changed ? [] : new[] { ActiveFor, Heartbeat })
        {
            if (reader.Has(key))
            {
                reader.Warning(key, "has no effect: every live series is sent at every step", "set 'emit: changed', or remove it");
            }
        }

        if (changed && connector.IsDelta)
        {
            reader.Error(
                Emit, "is about totals: delta points are sent for what changed, and only for that", "remove it, or aggregation_temporality");
        }
        else if (changed && settings.Heartbeat >= LookBack)
        {
            reader.Warning(
                Heartbeat,
                "Prometheus does not show a series whose newest point is 5 minutes old: there will be holes",
                "set less than 5m");
        }

        return settings;
    }
}
