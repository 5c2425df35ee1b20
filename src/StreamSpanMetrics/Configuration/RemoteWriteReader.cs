using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// <c>exporters.prometheusremotewrite</c> (opentelemetry-collector-contrib exporter/prometheusremotewriteexporter/config.go).
/// </summary>
internal static class RemoteWriteReader
{
    private const string Message1 = "prometheus.WriteRequest";
    private const string Message2 = "io.prometheus.write.v2.Request";

    private const string NeverGivesUp = "a push is repeated until it is settled; meanwhile the topic keeps the points";
    private const string OnlyPause = "the pause grows from initial_interval to max_interval in its own way";

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    // Stands for an endpoint that is missing, so that the rest is still read.
    private static readonly Uri Placeholder = new("https://localhost");

    private const int SmallestBatchBytes = 10_000;
    private const int LargestBatchBytes = 100_000_000;

    /// <summary>
    /// Reads the section and the one of <paramref name="extensions"/> that it names; null if there is no endpoint, which is then among the
    /// problems.
    /// </summary>
    public static RemoteWriteSettings? Read(MappingReader reader, IReadOnlyList<Component> extensions)
    {
        RemoteWriteHttpReader http = new(reader);
        RemoteWriteMessage message = reader.Choice(
            "protobuf_message",
            RemoteWriteMessage.Version1,
            (Message1, RemoteWriteMessage.Version1),
            (Message2, RemoteWriteMessage.Version2));
        Uri? endpoint = http.ReadEndpoint();
        RemoteWriteSettings settings = new()
        {
            Endpoint = endpoint ?? Placeholder,
            Timeout = http.ReadTimeout(TimeSpan.FromSeconds(5)),
            Headers = http.ReadHeaders(),
            MaxBatchBytes = reader.Bytes("max_batch_size_bytes", 3_000_000, SmallestBatchBytes, LargestBatchBytes),
            Message = message,
            Rules = ReadRules(reader, message),
        };
        settings = ReadRetry(reader, http.ReadSecurity(settings, extensions));
        http.Finish();
        IgnoreQueues(reader);
        RefuseLaterFeatures(reader);
        reader.Finish();
        return endpoint is null ? null : settings;
    }

    /// <summary>The name of a message as the setting has it.</summary>
    public static string MessageName(RemoteWriteMessage message) => message == RemoteWriteMessage.Version2 ? Message2 : Message1;

    private static RemoteWriteSettings ReadRetry(MappingReader reader, RemoteWriteSettings settings)
    {
        MappingReader retry = reader.Section("retry_on_failure");
        if (!retry.Flag("enabled", true))
        {
            retry.Warning("enabled", "has no effect here: " + NeverGivesUp);
        }

        TimeSpan initial = retry.Duration("initial_interval", settings.RetryInitialInterval, ShortestPause, LongestPause);
        TimeSpan highest = retry.Duration("max_interval", settings.RetryMaxInterval, ShortestPause, LongestPause);
        if (highest < initial)
        {
            string key = retry.Has("max_interval") ? "max_interval" : "initial_interval";
            retry.Error(key, "max_interval must not be shorter than initial_interval");
        }

        retry.Ignore("max_elapsed_time", NeverGivesUp);
        retry.Ignore("multiplier", OnlyPause);
        retry.Ignore("randomization_factor", OnlyPause);
        retry.Finish();
        return settings with { RetryInitialInterval = initial, RetryMaxInterval = highest };
    }

    private static PrometheusRules ReadRules(MappingReader reader, RemoteWriteMessage message)
    {
        MappingReader targetInfo = reader.Section("target_info");
        bool targetInfoEnabled = targetInfo.Flag("enabled", true);
        targetInfo.Finish();

        MappingReader conversion = reader.Section("resource_to_telemetry_conversion");
        bool attributesAsLabels = conversion.Flag("enabled", false);
        foreach (string key in (string[])["exclude_service_attributes", "clear_after_copy"])
        {
            conversion.RefuseIfOn(key, "remove it; all resource attributes are copied");
        }

        conversion.Finish();
        return new PrometheusRules
        {
            Namespace = reader.Text("namespace", ""),
            ExternalLabels = ReadExternalLabels(reader),
            Translation = ReadTranslation(reader, message),
            ResourceAttributesAsLabels = attributesAsLabels,
            TargetInfoEnabled = targetInfoEnabled,
            DisableScopeInfo = reader.Flag("disable_scope_info", false),
            ExplicitAsCustomBuckets = reader.Flag("convert_explicit_histograms_to_nhcb", false),
            KeepsClassicHistograms = reader.Flag("keep_classic_histograms", false),
            SendMetadata = reader.Flag("send_metadata", false),
        };
    }

    private static SortedDictionary<string, string> ReadExternalLabels(MappingReader reader)
    {
        MappingReader section = reader.Section("external_labels");
        SortedDictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach (string name in section.Keys)
        {
            string value = section.Text(name, "");
            if (name.Length == 0 || value.Length == 0)
            {
                section.Error(name, "an external label needs a name and a value");
            }
            else
            {
                labels[name] = value;
            }
        }

        return labels;
    }

    private static TranslationStrategy ReadTranslation(MappingReader reader, RemoteWriteMessage message)
    {
        const string Key = "translation_strategy";
        const string With = "UnderscoreEscapingWithSuffixes";
        const string Without = "UnderscoreEscapingWithoutSuffixes";
        bool suffixes = reader.Flag("add_metric_suffixes", true);
        if (reader.Find("add_metric_suffixes") is not null)
        {
            reader.Warning("add_metric_suffixes", "is deprecated", $"write 'translation_strategy: {(suffixes ? With : Without)}'");
        }

        TranslationStrategy fallback = suffixes
            ? TranslationStrategy.UnderscoreEscapingWithSuffixes
            : TranslationStrategy.UnderscoreEscapingWithoutSuffixes;

        // An empty text is the Collector's default and leaves the decision to add_metric_suffixes.
        TranslationStrategy strategy = reader.Find(Key) is { Kind: SettingKind.Scalar, Text: "" }
            ? fallback
            : reader.Choice(
                Key,
                fallback,
                (With, TranslationStrategy.UnderscoreEscapingWithSuffixes),
                (Without, TranslationStrategy.UnderscoreEscapingWithoutSuffixes),
                ("NoUTF8EscapingWithSuffixes", TranslationStrategy.NoUTF8EscapingWithSuffixes),
                ("NoTranslation", TranslationStrategy.NoTranslation));
        if (strategy.KeepsNames() && message == RemoteWriteMessage.Version1)
        {
            reader.Error(
                Key,
                $"'{strategy}' keeps names that remote write 1.0 does not allow",
                $"set 'protobuf_message: {Message2}', or use {With} or {Without}");
        }

        return strategy;
    }

    private static void IgnoreQueues(MappingReader reader)
    {
        const string TopicIsQueue = "the metrics topic is the queue";
        reader.IgnoreSection("remote_write_queue", TopicIsQueue, "enabled", "queue_size", "num_consumers");
        reader.IgnoreSection("wal", TopicIsQueue, "directory", "buffer_size", "truncate_frequency", "lag_record_frequency");
        reader.Ignore("max_batch_request_parallelism", "one request at a time per partition keeps samples in order");
        reader.Ignore("include_metadata_keys", "records have no request metadata");
        reader.IgnoreSection("export_created_metric", "the Collector dropped it", "enabled");
    }

    private static void RefuseLaterFeatures(MappingReader reader)
    {
        reader.Refuse("resource_constant_labels", "not supported yet", "use resource_to_telemetry_conversion, or the identity attributes");
    }
}
