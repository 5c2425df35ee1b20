using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// Writes settings as a file in the Collector's shape, every key with its effective value, that reads back to equal settings.
/// </summary>
public static class SettingsWriter
{
    /// <summary>
    /// The file's text. Secrets are replaced by references to environment variables, one for each header and other secret; where these
    /// are set, the text reads back to equal settings.
    /// </summary>
    public static string Write(ProcessorSettings settings)
    {
        YamlText yaml = new();
        yaml.Comment("Effective settings, defaults included.");
        if (settings.RemoteWrite is { Headers.Count: > 0 } || SecurityWriter.HasSecrets(settings))
        {
            yaml.Comment("Secrets, and values of headers, which may be secret, are replaced by references to environment variables.");
        }

        SecurityWriter.WriteExtensions(yaml, settings.RemoteWrite);
        WriteReceiver(yaml, settings.Source);
        yaml.Open("connectors");
        string connector = settings.Connector.IsCount ? "count" : "span_metrics";
        yaml.Open(connector);
        if (settings.Connector.IsCount)
        {
            CountWriter.Write(yaml, settings.Connector);
        }
        else
        {
            WriteConnector(yaml, settings.Connector);
        }

        yaml.Close();
        yaml.Close();
        yaml.Open("exporters");
        WriteKafkaExporter(yaml, settings.MetricsTopic);
        if (settings.RemoteWrite is not null)
        {
            WriteRemoteWrite(yaml, settings.RemoteWrite);
        }

        yaml.Close();
        WritePipelines(yaml, connector, settings.RemoteWrite is not null);
        WriteStream(yaml, settings.Stream);
        return yaml.ToString();
    }

    /// <summary>Name of the environment variable that stands for the value of a header.</summary>
    public static string HeaderVariable(string header)
    {
        return "REMOTE_WRITE_HEADER_" + string.Concat(
            header.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_'));
    }

    private static void WriteReceiver(YamlText yaml, SpanSourceSettings source)
    {
        yaml.Open("receivers");
        yaml.Open("kafka");
        yaml.Add("brokers", source.Kafka.Brokers);
        yaml.Add("client_id", source.Kafka.ClientId);
        yaml.Add("rack_id", source.Kafka.RackId);
        SecurityWriter.WriteKafka(yaml, source.Kafka);
        yaml.Add("initial_offset", source.InitialOffset == InitialOffset.Earliest ? "earliest" : "latest");
        yaml.Add("group_instance_id", source.GroupInstanceId);
        yaml.Add("session_timeout", source.SessionTimeout);
        yaml.Add("heartbeat_interval", source.HeartbeatInterval);
        yaml.Open("traces");
        yaml.Add("topics", [source.Topic]);
        yaml.Add("encoding", source.Encoding == SpanEncoding.OtlpJson ? "otlp_json" : "otlp_proto");
        yaml.Close();
        yaml.Close();
        yaml.Close();
    }

    private static void WriteConnector(YamlText yaml, ConnectorSettings connector)
    {
        yaml.Add("namespace", connector.Namespace);
        yaml.Open("histogram");
        yaml.Add("disable", connector.HistogramDisabled);
        yaml.Add("unit", connector.HistogramUnit == DurationUnit.Seconds ? "s" : "ms");
        if (connector.ExponentialMaxSize > 0)
        {
            yaml.Open("exponential");
            yaml.Add("max_size", connector.ExponentialMaxSize);
            yaml.Close();
        }

        if (connector.HasExplicitBuckets)
        {
            yaml.Open("explicit");
            yaml.AddDurations("buckets", connector.BucketsNanos);
            yaml.Close();
        }

        WriteDimensions(yaml, "dimensions", connector.HistogramDimensions);
        yaml.Close();
        WriteDimensions(yaml, "dimensions", connector.Dimensions);
        WriteDimensions(yaml, "calls_dimensions", connector.CallsDimensions);
        yaml.Add("exclude_dimensions", connector.ExcludeDimensions);
        yaml.Add("include_instrumentation_scope", connector.IncludeInstrumentationScope);
        yaml.Add("resource_metrics_key_attributes", connector.ResourceMetricsKeyAttributes);
        yaml.Open("events");
        yaml.Add("enabled", connector.EventsEnabled);
        WriteDimensions(yaml, "dimensions", connector.EventsDimensions);
        yaml.Close();
        yaml.Open("exemplars");
        yaml.Add("enabled", connector.ExemplarsEnabled);
        yaml.Add("max_per_data_point", connector.ExemplarsMaxPerDataPoint);
        yaml.Close();
        yaml.Add("aggregation_temporality", connector.IsDelta ? SpanMetricsReader.Delta : SpanMetricsReader.Cumulative);
        yaml.Add("metrics_flush_interval", connector.MetricsFlushInterval);
        yaml.Add("metrics_expiration", connector.MetricsExpiration);
        yaml.Add("series_expiration", connector.SeriesExpiration);
        yaml.Add("aggregation_cardinality_limit", connector.SeriesLimit);
        yaml.Add("enable_metrics_sampling_method", connector.SamplingMethodEnabled);
        yaml.Add("add_resource_attributes", connector.AddResourceAttributes);
    }

    private static void WriteDimensions(YamlText yaml, string key, IReadOnlyList<DimensionRule> dimensions)
    {
        if (dimensions.Count == 0)
        {
            yaml.Add(key, []);
            return;
        }

        yaml.Open(key);
        foreach (DimensionRule dimension in dimensions)
        {
            yaml.OpenItem();
            yaml.Add(dimension.Glob is null ? "name" : "glob", dimension.Glob ?? dimension.Name);
            if (dimension.Aliases.Count > 0)
            {
                yaml.Add("aliases", dimension.Aliases);
            }

            if (dimension.Default is not null)
            {
                yaml.Add("default", dimension.Default);
            }

            yaml.Close();
        }

        yaml.Close();
    }

    private static void WriteKafkaExporter(YamlText yaml, MetricsTopicSettings topic)
    {
        yaml.Open("kafka");
        yaml.Open("metrics");
        yaml.Add("topic", topic.Topic);
        yaml.Add("encoding", "otlp_proto");
        yaml.Close();
        yaml.Open("producer");
        yaml.Add("compression", topic.Compression);
        yaml.Close();
        yaml.Close();
    }

    private static void WriteRemoteWrite(YamlText yaml, RemoteWriteSettings remoteWrite)
    {
        PrometheusRules rules = remoteWrite.Rules;
        yaml.Open("prometheusremotewrite");
        yaml.Add("endpoint", remoteWrite.Endpoint.OriginalString);
        yaml.Add("timeout", remoteWrite.Timeout);
        if (remoteWrite.Headers.Count > 0)
        {
            yaml.Open("headers");
            foreach (string header in remoteWrite.Headers.Keys.Order(StringComparer.Ordinal))
            {
                yaml.AddReference(header, HeaderVariable(header));
            }

            yaml.Close();
        }

        SecurityWriter.WriteRemoteWrite(yaml, remoteWrite);
        yaml.Open("retry_on_failure");
        yaml.Add("initial_interval", remoteWrite.RetryInitialInterval);
        yaml.Add("max_interval", remoteWrite.RetryMaxInterval);
        yaml.Close();
        yaml.Add("protobuf_message", RemoteWriteReader.MessageName(remoteWrite.Message));
        yaml.Add("max_batch_size_bytes", remoteWrite.MaxBatchBytes);
        yaml.Add("namespace", rules.Namespace);
        if (rules.ExternalLabels.Count > 0)
        {
            yaml.Open("external_labels");
            foreach ((string name, string value) in rules.ExternalLabels.OrderBy(label => label.Key, StringComparer.Ordinal))
            {
                yaml.Add(name, value);
            }

            yaml.Close();
        }

        yaml.Add("translation_strategy", rules.Translation.ToString());
        WriteSwitch(yaml, "resource_to_telemetry_conversion", rules.ResourceAttributesAsLabels);
        WriteSwitch(yaml, "target_info", rules.TargetInfoEnabled);
        yaml.Add("disable_scope_info", rules.DisableScopeInfo);
        yaml.Add("convert_explicit_histograms_to_nhcb", rules.ExplicitAsCustomBuckets);
        yaml.Add("keep_classic_histograms", rules.KeepsClassicHistograms);
        yaml.Add("send_metadata", rules.SendMetadata);
        yaml.Close();
    }

    private static void WriteSwitch(YamlText yaml, string key, bool enabled)
    {
        yaml.Open(key);
        yaml.Add("enabled", enabled);
        yaml.Close();
    }

    private static void WritePipelines(YamlText yaml, string connector, bool hasRemoteWrite)
    {
        yaml.Open("service");
        yaml.Open("pipelines");
        yaml.Open("traces");
        yaml.Add("receivers", ["kafka"]);
        yaml.Add("exporters", [connector]);
        yaml.Close();
        yaml.Open("metrics");
        yaml.Add("receivers", [connector]);
        yaml.Add("exporters", hasRemoteWrite ? ["kafka", "prometheusremotewrite"] : ["kafka"]);
        yaml.Close();
        yaml.Close();
        yaml.Close();
    }

    private static void WriteStream(YamlText yaml, StreamSettings stream)
    {
        yaml.Open("stream");
        yaml.Add("application_id", stream.ApplicationId);
        yaml.Add("predecessor", stream.Predecessor);
        yaml.Add("instance_id", stream.InstanceId);
        yaml.Add("stages", stream.Stages);
        yaml.Open("threads");
        yaml.Add("aggregate", stream.AggregateThreads);
        yaml.Add("merge", stream.MergeThreads);
        yaml.Add("export", stream.ExportThreads);
        yaml.Close();
        yaml.Add("shards", stream.Shards);
        yaml.Add("commit_interval", stream.CommitInterval);
        yaml.Add("transaction_timeout", stream.TransactionTimeout);
        yaml.Add("group_protocol", stream.GroupProtocol == GroupProtocol.Classic ? "classic" : "consumer");
        yaml.Add("close_policy", stream.ClosePolicy == ClosePolicy.Bounded ? "bounded" : "strict");
        yaml.Add("bounded_after", stream.BoundedAfter);
        yaml.Add("max_ahead", stream.MaxAhead);
        yaml.Add("max_skew", stream.MaxSkewSteps);
        yaml.Open("breaker");
        yaml.Add("records", stream.BreakerRecords);
        yaml.Add("pause", stream.BreakerPause);
        yaml.Close();
        yaml.Add("emit", stream.EmitsChanged ? "changed" : "all");
        if (stream.EmitsChanged)
        {
            yaml.Add("active_for", stream.ActiveFor);
            yaml.Add("heartbeat", stream.Heartbeat);
        }

        yaml.Add("missing_service_name", stream.DropMissingServiceName ? "drop" : "count");
        yaml.Add("max_label_bytes", ByteSize.Format(stream.MaxLabelBytes));
        yaml.Add("label_cardinality_limit", stream.LabelLimit);
        yaml.Add("presets", stream.Presets.Select(DimensionPresets.NameOf));
        yaml.Add("naming", stream.Naming.Select(NamingProfiles.NameOf));
        yaml.Add("feature_gates", stream.FeatureGates.Select(FeatureGates.NameOf));
        FilterWriter.Write(yaml, stream.Filter);
        yaml.Add("on_data_loss", stream.OnDataLoss == DataLossPolicy.Continue ? "continue" : "stop");
        yaml.Add("max_record_bytes", ByteSize.Format(stream.MaxRecordBytes));
        yaml.Add("replication_factor", stream.ReplicationFactor);
        yaml.Add("source_partitions", stream.SourcePartitions);
        yaml.Open("telemetry");
        yaml.Add("enabled", stream.Telemetry.IsEnabled);
        yaml.Add("host", stream.Telemetry.Host);
        yaml.Add("port", stream.Telemetry.Port);
        yaml.Add("ready_lag", stream.Telemetry.ReadyLag);
        yaml.Close();
        yaml.Close();
    }
}
