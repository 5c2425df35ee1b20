using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary><c>stream.naming</c>: under which names series are written.</summary>
internal static class NamingReader
{
    /// <summary>Reads the list; left out, it is today's names alone.</summary>
    public static IReadOnlyList<NamingProfile> Read(MappingReader reader, string key)
    {
        if (reader.Find(key) is null)
        {
            return NamingProfiles.Default;
        }

        IReadOnlyList<NamingProfile> profiles =
            [.. NamedChoices.Read(reader, key, "naming", NamingProfiles.Names).Select(profile => (NamingProfile)profile)];
        if (profiles.Count == 0)
        {
            reader.Error(key, "series need at least one naming", "leave the key out for today's names");
        }

        return profiles;
    }

    /// <summary>Looks for profiles that cannot be written, together or under the other settings.</summary>
    public static void Check(MappingReader reader, string key, ProcessorSettings settings)
    {
        IReadOnlyList<NamingProfile> profiles = settings.Stream.Naming;
        if (settings.Connector.IsCount)
        {
            if (!profiles.SequenceEqual(NamingProfiles.Default))
            {
                reader.Error(
                    key, "other names are those of span_metrics, and the metrics of the count connector have the names that you write",
                    "leave the key out");
            }

            return;
        }

        if (profiles.Contains(NamingProfile.Otel) && profiles.Contains(NamingProfile.Legacy) && RulesBuilder.Points(settings).Namespace.Length == 0)
        {
            reader.Error(
                key, "'otel' and 'legacy' are the same names where the connector has no namespace, and no series may be written twice",
                "remove one of them");
        }

        ConnectorSettings connector = settings.Connector;
        bool isExponential = connector.ExponentialMaxSize > 0 && !connector.HistogramDisabled;
        if (profiles.Contains(NamingProfile.Tempo) && isExponential && connector.HistogramUnit == DurationUnit.Milliseconds)
        {
            reader.Error(
                key, "'tempo' has durations in seconds, and exponential buckets of milliseconds cannot be turned into such",
                "write 'histogram: {unit: s, exponential: {...}}' in the connector");
        }
    }
}
