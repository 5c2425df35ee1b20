using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Configuration;

/// <summary>Writes <c>connectors.count</c> so that it reads back to equal settings.</summary>
internal static class CountWriter
{
    /// <summary>Writes the keys of the section.</summary>
    public static void Write(YamlText yaml, ConnectorSettings connector)
    {
        Write(yaml, "spans", connector.Counts.Where(metric => !metric.IsOfEvents));
        Write(yaml, "spanevents", connector.Counts.Where(metric => metric.IsOfEvents));
        yaml.Add("resource_metrics_key_attributes", connector.ResourceMetricsKeyAttributes);
        yaml.Add("metrics_flush_interval", connector.MetricsFlushInterval);
        yaml.Add("series_expiration", connector.SeriesExpiration);
    }

    private static void Write(YamlText yaml, string section, IEnumerable<CountMetricSettings> metrics)
    {
        yaml.Open(section);
        foreach (CountMetricSettings metric in metrics)
        {
            yaml.Open(metric.Name);
            yaml.Add("description", metric.Description);
            yaml.Add("conditions", metric.Conditions);
            WriteAttributes(yaml, metric.Attributes);
            yaml.Close();
        }

        yaml.Close();
    }

    private static void WriteAttributes(YamlText yaml, IReadOnlyList<DimensionRule> attributes)
    {
        if (attributes.Count == 0)
        {
            yaml.Add("attributes", []);
            return;
        }

        yaml.Open("attributes");
        foreach (DimensionRule attribute in attributes)
        {
            yaml.OpenItem();
            yaml.Add("key", attribute.Name);
            if (attribute.Default is not null && attribute.DefaultKind == TextKind.String)
            {
                yaml.AddQuoted("default_value", attribute.Default);
            }
            else if (attribute.Default is not null)
            {
                yaml.AddPlain("default_value", Plain(attribute.Default, attribute.DefaultKind));
            }

            yaml.Close();
        }

        yaml.Close();
    }

    // A double without point and exponent would be read as a whole number.
    private static string Plain(string text, TextKind kind) =>
        kind == TextKind.Double && long.TryParse(text, out _) ? text + ".0" : text;
}
