using System.Globalization;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Settings.Conditions;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Spans.Conditions;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// <c>connectors.count</c> (opentelemetry-collector-contrib connector/countconnector/config.go), and besides its own keys those of
/// span_metrics that say when points are due and what tells resources apart: the connector has none for that.
/// </summary>
internal static class CountReader
{
    private const int MaxAttributes = 64;
    private const string NotRead = "only spans are read from Kafka, so only spans and span events are counted";

    /// <summary>Reads the section.</summary>
    public static ConnectorSettings Read(MappingReader reader)
    {
        ConnectorSettings defaults = new();
        TimeSpan step = SpanMetricsReader.ReadStep(reader, defaults.MetricsFlushInterval);
        List<CountMetricSettings> metrics = [];
        ReadMetrics(reader.Section("spans"), CountMetricSettings.OfAllSpans, metrics);
        ReadMetrics(reader.Section("spanevents"), CountMetricSettings.OfAllEvents, metrics);
        if (metrics.Count > CountMetricSettings.MaxMetrics)
        {
            reader.Error("", FormattableString.Invariant($"has {metrics.Count} metrics; at most {CountMetricSettings.MaxMetrics} are possible"));
        }

        ConnectorSettings settings = new()
        {
            // In an order of their own: a file that lists them in another one means the same.
            Counts = [.. metrics.OrderBy(metric => metric.Name, StringComparer.Ordinal)],
            MetricsFlushInterval = step,
            SeriesExpiration = SpanMetricsReader.ReadExpiration(reader, "series_expiration", defaults.SeriesExpiration, step),
            ResourceMetricsKeyAttributes = SpanMetricsReader.ReadNames(reader, "resource_metrics_key_attributes", "an attribute name"),
        };
        SpanMetricsReader.CheckResources(reader, settings, []);
        foreach (string key in (string[])["metrics", "datapoints", "logs", "profiles"])
        {
            reader.Ignore(key, NotRead);
        }

        reader.Finish();
        return settings;
    }

    // Without metrics the connector has a default one, for each of the two sections by itself.
    private static void ReadMetrics(MappingReader section, CountMetricSettings fallback, List<CountMetricSettings> metrics)
    {
        if (!section.Keys.Any())
        {
            metrics.Add(fallback);
            return;
        }

        foreach (string name in section.Keys)
        {
            MappingReader metric = section.Section(name);
            if (name.Length == 0)
            {
                section.Error(section.KeyPlaceOf(name), name, "a metric needs a name", "write 'my.metric: {description: ...}'");
            }
            else if (metrics.Exists(other => other.Name == name))
            {
                section.Error(
                    section.KeyPlaceOf(name), name, "there is a metric of this name for spans already",
                    "give it another name: series of both would be the same for Prometheus");
            }

            metrics.Add(new CountMetricSettings(name, fallback.IsOfEvents)
            {
                Description = metric.Text("description", ""),
                Conditions = ReadConditions(metric, fallback.IsOfEvents),
                Attributes = ReadAttributes(metric),
            });
            metric.Finish();
        }
    }

    private static List<string> ReadConditions(MappingReader metric, bool isOfEvents)
    {
        const string Key = "conditions";
        List<string> conditions = [];
        foreach (SettingNode node in metric.TextNodes(Key))
        {
            if (ConditionParser.TryParse(node.Text, isOfEvents, out Condition? _, out ConditionProblem problem))
            {
                conditions.Add(node.Text);
                continue;
            }

            // What comes from the environment may be a secret.
            string found = node.Text != node.Shown ? " (references replaced)"
                : problem.Found.Length == 0 ? ", found the end" : $", found '{problem.Found}'";
            metric.Error(
                node,
                Key,
                FormattableString.Invariant($"'{node.Shown}' goes wrong at character {problem.Position}: {problem.Message}{found}"),
                problem.Hint);
        }

        return conditions;
    }

    private static List<DimensionRule> ReadAttributes(MappingReader metric)
    {
        const string Key = "attributes";
        List<DimensionRule> rules = [];
        IReadOnlyList<SettingNode> items = metric.Items(Key);
        if (items.Count > MaxAttributes)
        {
            metric.Error(Key, FormattableString.Invariant($"has {items.Count} attributes; at most {MaxAttributes} are possible"));
            return rules;
        }

        foreach (SettingNode item in items)
        {
            MappingReader attribute = new(metric.Context, item, metric.PathOf(Key));
            string name = attribute.Text("key", "");
            DimensionRule rule = WithDefault(new DimensionRule(name), attribute);
            attribute.Finish();
            if (name.Length == 0 && attribute.IsMapping)
            {
                attribute.Error("key", "an attribute needs a key", "write '- key: http.request.method'");
            }
            else if (name.Length > 0 && rules.Exists(other => other.Name == name))
            {
                attribute.Error("key", $"'{name}' stands twice in the list", "remove one of them; the Collector would count nothing");
            }

            rules.Add(rule);
        }

        return rules;
    }

    private static DimensionRule WithDefault(DimensionRule rule, MappingReader attribute)
    {
        const string Key = "default_value";
        SettingNode? value = attribute.Find(Key);
        string text = attribute.Text(Key, "");
        if (value is null)
        {
            return rule;
        }

        (TextKind kind, string written) = value.Quoted ? (TextKind.String, text) : KindOf(text);
        return rule with { Default = written, DefaultKind = kind };
    }

    // As YAML takes a plain scalar.
    private static (TextKind Kind, string Text) KindOf(string text)
    {
        if (text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
        {
            return (TextKind.Bool, text.ToLowerInvariant());
        }

        bool begins = text.Length > 0 && (text[0] is '+' or '-' or '.' || char.IsAsciiDigit(text[0]));
        bool isNumber = begins && (char.IsAsciiDigit(text[^1]) || text[^1] == '.');
        if (isNumber && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return (TextKind.Int, whole.ToString(CultureInfo.InvariantCulture));
        }

        return isNumber && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? (TextKind.Double, number.ToString("R", CultureInfo.InvariantCulture))
            : (TextKind.String, text);
    }
}
