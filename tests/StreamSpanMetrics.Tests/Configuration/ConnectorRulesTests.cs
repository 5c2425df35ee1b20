using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Tests.Configuration;

/// <summary>What the connector accepts although it looks wrong, and what it refuses; all messages are in Files/mistakes.</summary>
public sealed class ConnectorRulesTests
{
    [Fact]
    public void The_same_dimension_may_stand_in_several_lists()
    {
        ConnectorSettings connector = SettingsFiles.Connector("{dimensions: [{name: a}], calls_dimensions: [{name: a, default: x}]}");

        Assert.Single(connector.Dimensions);
        Assert.Single(connector.CallsDimensions);
    }

    [Theory]
    [InlineData("{histogram: {explicit: {}}}")]
    [InlineData("{histogram: {explicit: {buckets: []}}}")]
    public void Explicit_without_buckets_is_one_bucket(string flow)
    {
        Assert.Empty(SettingsFiles.Connector(flow).BucketsNanos);
    }

    [Theory]
    [InlineData("ms", DurationUnit.Milliseconds)]
    [InlineData("MS", DurationUnit.Milliseconds)]
    [InlineData("S", DurationUnit.Seconds)]
    public void The_case_of_a_unit_does_not_matter(string text, DurationUnit unit)
    {
        Assert.Equal(unit, SettingsFiles.Connector($"{{histogram: {{unit: {text}}}}}").HistogramUnit);
    }

    [Fact]
    public void Dimensions_of_disabled_events_are_not_looked_at()
    {
        ConnectorSettings connector = SettingsFiles.Connector("{events: {enabled: false, dimensions: [{name: service.name}, {}]}}");

        Assert.False(connector.EventsEnabled);
        Assert.Empty(connector.EventsDimensions);
    }

    [Theory]
    [InlineData("{exemplars: {enabled: true}}", 5)]
    [InlineData("{exemplars: {enabled: true, max_per_data_point: 100}}", 100)]
    [InlineData("{exemplars: {enabled: true, max_per_data_point: 0}}", 0)]
    [InlineData("{exemplars: {max_per_data_point: 7}}", 0)]
    [InlineData("{}", 0)]
    public void Exemplars_are_up_to_five_unless_the_settings_say_another_number(string flow, int most)
    {
        ProcessorSettings settings = new() { Connector = SettingsFiles.Connector(flow) };

        Assert.Equal(most, RulesBuilder.Points(settings).MaxExemplars);
        Assert.Equal(most, RulesBuilder.Spans(settings).MaxExemplars);
        Assert.Equal(most, RulesBuilder.Shard(settings, 0).MaxExemplars);
    }

    [Fact]
    public void No_exemplars_per_point_is_worth_a_warning()
    {
        ConfigurationResult result = SettingsFiles.Load("connectors: {span_metrics: {exemplars: {enabled: true, max_per_data_point: 0}}}");
        Assert.Contains(
            "span_metrics.exemplars.max_per_data_point: 0 means that no point has an exemplar",
            SettingsFiles.Text(result.Problems),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Otel_status_code_is_not_reserved()
    {
        Assert.Single(SettingsFiles.Connector("{dimensions: [{name: otel.status_code}]}").Dimensions);
    }

    [Fact]
    public void Names_of_scope_attributes_are_reserved_where_scopes_are_listed()
    {
        const string Dimension = "dimensions: [{name: span.instrumentation.scope.name}]";
        Assert.Single(SettingsFiles.Connector($"{{{Dimension}}}").Dimensions);
        ConfigurationProblem error = SettingsFiles.OnlyError(
            $"connectors: {{span_metrics: {{{Dimension}, include_instrumentation_scope: [express]}}}}");
        Assert.Contains("is a built-in dimension", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sampling_method_is_reserved_where_it_is_written()
    {
        const string Dimension = "dimensions: [{name: sampling.method}]";
        Assert.Single(SettingsFiles.Connector($"{{{Dimension}}}").Dimensions);
        ConfigurationProblem error = SettingsFiles.OnlyError(
            $"connectors: {{span_metrics: {{{Dimension}, enable_metrics_sampling_method: true}}}}");
        Assert.Contains("is a built-in dimension", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_attributes_as_identity_are_accepted_with_a_warning()
    {
        ConfigurationResult result = SettingsFiles.Load(
            "connectors: {span_metrics: {resource_metrics_key_attributes: ['*']}}\nreceivers: {kafka: }");

        Assert.Equal(["*"], result.Settings!.Connector.ResourceMetricsKeyAttributes);
        Assert.Contains("may write one series", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("15s")]
    public void Series_expire_never_or_after_at_least_a_step(string text)
    {
        ConnectorSettings connector = SettingsFiles.Connector($"{{series_expiration: {text}}}");

        Assert.True(GoDuration.TryParse(text, out long nanos));
        Assert.Equal(nanos, connector.SeriesExpiration.Ticks * TimeSpan.NanosecondsPerTick);
    }

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("{}", 160, 0)]
    [InlineData("{max_size: 0}", 160, 0)]
    [InlineData("{max_size: 20}", 20, 0)]
    [InlineData("{max_size: -1}", 160, 1)]
    [InlineData("{max_size: 1}", 2, 1)]
    [InlineData("{max_size: 20000}", 16384, 1)]
    public void Exponential_sizes_are_set_right_as_in_the_connector_but_with_a_word(string exponential, int maxSize, int warnings)
    {
        ConfigurationResult result = SettingsFiles.Load(
            $"connectors: {{span_metrics: {{histogram: {{exponential: {exponential}}}}}}}\nreceivers: {{kafka: }}");
        Assert.Equal(maxSize, result.Settings!.Connector.ExponentialMaxSize);
        Assert.Equal(warnings, result.Problems.Count(problem => problem.Message.Contains("is taken for", StringComparison.Ordinal)));
        HistogramRules rules = RulesBuilder.Histogram(result.Settings);
        Assert.Equal(maxSize > 0 ? 0 : HistogramRules.DefaultBoundsNanos.Count, rules.BoundsNanos.Count);
        Assert.Equal(maxSize > 0, new RulesFingerprint(result.Settings).Text.Contains("exponential_max_size", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{exponential: {}}", "", false)]
    [InlineData("{exponential: {}, explicit: }", "", false)]
    [InlineData("{exponential: , explicit: {buckets: [1ms, 2ms]}}", "1000000,2000000", false)]
    [InlineData("{exponential: {}, explicit: {buckets: [1ms, 2ms]}}", "1000000,2000000", true)]
    public void Explicit_buckets_may_stand_beside_exponential_ones(string histogram, string boundsNanos, bool both)
    {
        string file = $"connectors: {{span_metrics: {{histogram: {histogram}}}}}\nreceivers: {{kafka: }}";
        ProcessorSettings settings = SettingsFiles.Settings(file);
        HistogramRules rules = RulesBuilder.Histogram(settings);
        Assert.Equal(boundsNanos, string.Join(',', rules.BoundsNanos));
        Assert.Equal(both, rules.KeepsExplicit);
        Assert.Equal((boundsNanos.Length > 0, rules.ExponentialMaxSize > 0), (rules.Shape.IsExplicit, rules.Shape.IsExponential));
        ProcessorSettings again = SettingsFiles.Settings(SettingsWriter.Write(settings));
        Assert.Equal(new RulesFingerprint(settings).Text, new RulesFingerprint(again).Text);
        Assert.Equal(both, new RulesFingerprint(settings).Text.Contains("keeps_explicit", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_native_histograms_of_one_name_are_refused()
    {
        ConfigurationResult result = SettingsFiles.Load("""
            receivers: {kafka: }
            connectors: {span_metrics: {histogram: {explicit: {buckets: [1ms]}, exponential: {}}}}
            exporters: {prometheusremotewrite: {endpoint: "http://prometheus/api/v1/write", convert_explicit_histograms_to_nhcb: true}}
            """);
        ConfigurationProblem problem = Assert.Single(result.Problems, problem => problem.Severity == ProblemSeverity.Error);
        Assert.Equal(3, problem.Line);
        Assert.Contains("of one name", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{series_expiration: 14s}", "must be 0 or from 15s")]
    [InlineData("{metrics_flush_interval: 1.0005s}", "whole milliseconds")]
    [InlineData("{metrics_flush_interval: 0}", "must be from 1s")]
    [InlineData("{aggregation_temporality: ''}", "no temporality")]
    [InlineData("{aggregation_temporality: AGGREGATION_TEMPORALITY_delta}", "no temporality")]
    [InlineData("{aggregation_cardinality_limit: -1}", "must be from 0")]
    [InlineData("{metrics_expiration: -1s}", "must not be negative")]
    [InlineData("{histogram: {exponential: {max_size: many}}}", "must be a whole number")]
    [InlineData("{histogram: {explicit: {buckets: [1ms, 1ms]}}}", "must rise")]
    [InlineData("{dimensions: [{glob: app.*, name: a}]}", "name and glob exclude")]
    [InlineData("{dimensions: [{glob: app.*, default: a}]}", "default and glob exclude")]
    [InlineData("{dimensions: [{glob: app.*, aliases: [a]}]}", "aliases and glob exclude")]
    [InlineData("{dimensions: [{glob: 'app.['}]}", "has a '[' without ']'")]
    [InlineData("{dimensions: [{glob: ''}]}", "is empty")]
    [InlineData("{dimensions: [{glob: '**'}]}", "matches the built-in dimension 'service.name'")]
    [InlineData("{dimensions: [{glob: 'k8s.*.name'}, {name: k8s.a.name}]}", "matches 'k8s.a.name' of the same list")]
    [InlineData("{enable_metrics_sampling_method: true, dimensions: [{glob: sampling.*}]}", "built-in dimension 'sampling.method'")]
    [InlineData("{self_time: {enabled: true}}", "not supported yet")]
    [InlineData("{dimensions: [{name: collector.instance.id}, {name: service.name}]}", "built-in")]
    public void What_cannot_work_is_refused(string flow, string message)
    {
        ConfigurationProblem error = SettingsFiles.OnlyError($"connectors: {{span_metrics: {flow}}}");

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
