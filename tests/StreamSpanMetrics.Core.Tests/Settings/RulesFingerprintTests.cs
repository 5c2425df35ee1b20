using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Tests.Settings;

/// <summary>What two workers of one application have to agree on.</summary>
public sealed class RulesFingerprintTests
{
    private static readonly SpanFilterRule Health = new() { Name = new TextCondition { Regex = "^/health\n\"" }, Kinds = [2, 5] };

    [Fact]
    public void Settings_that_use_no_later_feature_keep_their_fingerprint()
    {
        // Running applications have it in their state: another number means that they refuse to start.
        Assert.Equal(13_193_060_839_479_639_108UL, new RulesFingerprint(new ProcessorSettings()).Number);
    }

    [Fact]
    public void The_metrics_of_the_count_connector_are_part_of_it_but_not_what_they_tell()
    {
        CountMetricSettings metric = new("m", IsOfEvents: false)
        {
            Conditions = ["name == \"a\"", "kind == 2"],
            Attributes = [new DimensionRule("k", "1") { DefaultKind = TextKind.Int }, new DimensionRule("l")],
        };
        string text = Text(metric);
        Assert.EndsWith(
            "count_spans: 'm'\ncount_condition: 'name == \"a\"'\ncount_condition: 'kind == 2'\n"
            + "count_attribute: 'k' default Int '1'\ncount_attribute: 'l'\n",
            text,
            StringComparison.Ordinal);
        Assert.Equal(text, Text(metric with { Description = "Of some spans." }));
        Assert.NotEqual(text, Text(metric with { Name = "n" }));
        Assert.NotEqual(text, Text(new CountMetricSettings("m", IsOfEvents: true) { Attributes = metric.Attributes }));

        static string Text(CountMetricSettings metric) =>
            new RulesFingerprint(new ProcessorSettings { Connector = new ConnectorSettings { Counts = [metric] } }).Text;
    }

    [Fact]
    public void A_filter_is_part_of_it()
    {
        string text = Text(new SpanFilterRules { Include = [Health], Exclude = [new SpanFilterRule { Statuses = [2] }] });
        Assert.EndsWith(
            "filter_include: kind=\"consumer\"|\"server\" name=~\"^/health\\n\\\"\"\nfilter_exclude: status=\"error\"\n",
            text,
            StringComparison.Ordinal);
        Assert.NotEqual(text, Text(new SpanFilterRules { Include = [Health] }));
        Assert.NotEqual(Text(new SpanFilterRules { Exclude = [Health] }), Text(new SpanFilterRules { Include = [Health] }));
    }

    [Fact]
    public void The_order_of_conditions_and_texts_does_not_matter()
    {
        SpanFilterRule one = new()
        {
            Kinds = [2, 3],
            Attributes = [new("a", new TextCondition { Texts = ["x", "y"] }), new("b", new TextCondition { Regex = "z" })],
            ResourceAttributes = [new("c", new TextCondition { Texts = ["x|y"] })],
            ServiceName = new TextCondition { Texts = ["shop"] },
        };
        SpanFilterRule other = one with
        {
            Kinds = [3, 2],
            Attributes = [new("b", new TextCondition { Regex = "z" }), new("a", new TextCondition { Texts = ["y", "x"] })],
        };
        Assert.Equal(
            "kind=\"client\"|\"server\" service_name=\"shop\" attributes.\"a\"=\"x\"|\"y\" attributes.\"b\"=~\"z\" "
            + "resource_attributes.\"c\"=\"x|y\"",
            FilterRuleText.Of(one));
        Assert.Equal(FilterRuleText.Of(one), FilterRuleText.Of(other));
    }

    [Fact]
    public void Aliases_and_presets_are_part_of_it()
    {
        ProcessorSettings settings = new()
        {
            Connector = new ConnectorSettings { Dimensions = [new DimensionRule("db.system.name", "none") { Aliases = ["mine"] }] },
            Stream = new StreamSettings { Presets = [DimensionPreset.Db] },
        };
        Assert.EndsWith(
            """
            dimensions: db.system.name aliases 'mine', 'db.system' default 'none'
            dimensions: db.namespace aliases 'db.name', 'db.redis.database_index'
            dimensions: db.operation.name aliases 'db.operation'
            dimensions: db.collection.name aliases 'db.sql.table', 'db.mongodb.collection', 'db.cassandra.table', 'db.cosmosdb.container'

            """.ReplaceLineEndings("\n"),
            new RulesFingerprint(settings).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Feature_gates_are_part_of_it_by_what_they_mean()
    {
        string none = new RulesFingerprint(new ProcessorSettings()).Text;
        Assert.Equal(none + "status: otel.status_code\n", Text([FeatureGate.UseOtelStatusPrefix]));
        Assert.Equal(none + "resource_attributes: none\n", Text([FeatureGate.ExcludeResourceMetrics]));
        Assert.Equal(
            none.Replace("namespace: traces.span.metrics\n", "namespace: \n", StringComparison.Ordinal), Text([FeatureGate.LegacyMetricNames]));
        Assert.Equal(none, Text([FeatureGate.ExcludeResourceMetrics], new ConnectorSettings { AddResourceAttributes = true }));
    }

    [Fact]
    public void Exemplars_are_no_part_of_it()
    {
        string none = new RulesFingerprint(new ProcessorSettings()).Text;
        Assert.Equal(none, Text([], new ConnectorSettings { ExemplarsEnabled = true, ExemplarsMaxPerDataPoint = 3 }));
    }

    [Fact]
    public void Scopes_are_part_of_it_in_any_order()
    {
        string none = new RulesFingerprint(new ProcessorSettings()).Text;
        Assert.Equal(
            none + "instrumentation_scopes: 'express', 'lib.a'\n",
            Text([], new ConnectorSettings { IncludeInstrumentationScope = ["lib.a", "express"] }));
    }

    [Fact]
    public void The_sampling_method_is_part_of_it()
    {
        string none = new RulesFingerprint(new ProcessorSettings()).Text;
        Assert.Equal(none + "sampling_method: True\n", Text([], new ConnectorSettings { SamplingMethodEnabled = true }));
    }

    [Fact]
    public void What_is_sent_when_is_part_of_it()
    {
        string none = new RulesFingerprint(new ProcessorSettings()).Text;
        StreamSettings stream = new() { ActiveFor = TimeSpan.FromSeconds(30), Heartbeat = TimeSpan.FromSeconds(75) };
        Assert.Equal(none, new RulesFingerprint(new ProcessorSettings { Stream = stream }).Text);
        Assert.Equal(
            none + "emit_changed_active_millis: 30000\nemit_changed_heartbeat_millis: 75000\n",
            new RulesFingerprint(new ProcessorSettings { Stream = stream with { EmitsChanged = true } }).Text);
    }

    [Fact]
    public void Delta_temporality_is_part_of_it()
    {
        string none = new RulesFingerprint(new ProcessorSettings()).Text;
        Assert.Equal(none + "temporality: delta\n", Text([], new ConnectorSettings { IsDelta = true }));
    }

    [Fact]
    public void The_expiry_of_resources_is_part_of_it()
    {
        string none = new RulesFingerprint(new ProcessorSettings()).Text;
        Assert.Equal(none + "resource_expiry_millis: 60000\n", Text([], new ConnectorSettings { MetricsExpiration = TimeSpan.FromMinutes(1) }));
    }

    [Fact]
    public void A_limit_on_labels_is_part_of_it_and_a_limit_on_series_is_not()
    {
        string none = new RulesFingerprint(new ProcessorSettings()).Text;
        ProcessorSettings cut = new() { Stream = new StreamSettings { MaxLabelBytes = 100 } };
        Assert.Equal(none + "max_label_bytes: 100\n", new RulesFingerprint(cut).Text);
        Assert.Equal(none, Text([], new ConnectorSettings { SeriesLimit = 100 }));
    }

    [Fact]
    public void Patterns_are_part_of_it()
    {
        string none = new RulesFingerprint(new ProcessorSettings()).Text;
        Assert.Equal(
            none + "dimensions: glob 'app.*'\n", Text([], new ConnectorSettings { Dimensions = [new DimensionRule("") { Glob = "app.*" }] }));
    }

    private static string Text(FeatureGate[] gates, ConnectorSettings? connector = null) => new RulesFingerprint(
        new ProcessorSettings { Connector = connector ?? new(), Stream = new StreamSettings { FeatureGates = gates } }).Text;

    private static string Text(SpanFilterRules filter) =>
        new RulesFingerprint(new ProcessorSettings { Stream = new StreamSettings { Filter = filter } }).Text;
}
