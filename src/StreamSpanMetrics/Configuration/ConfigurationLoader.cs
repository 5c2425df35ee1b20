using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>Turns a settings file, in the Collector's own shape, into settings, or into all that is wrong with it.</summary>
public static class ConfigurationLoader
{
    // A settings file is a few kilobytes; what is far larger is another file, given by mistake.
    private const int MaxFileBytes = 4 * 1024 * 1024;

    /// <summary>Reads the file <paramref name="path"/> with the environment of this process.</summary>
    public static ConfigurationResult LoadFile(string path) => LoadFile(path, Environment.GetEnvironmentVariable);

    /// <summary>
    /// Reads the file <paramref name="path"/>; <paramref name="environment"/> gives a variable's value, null if it is not set. Whoever
    /// does not read spans from Kafka (<paramref name="needsReceiver"/> false) connects to nothing: a missing receiver is no matter, and
    /// certificates and secrets need not be at hand.
    /// </summary>
    public static ConfigurationResult LoadFile(string path, Func<string, string?> environment, bool needsReceiver = true)
    {
        try
        {
            FileInfo file = new(path);
            if (file.Exists && file.Length > MaxFileBytes)
            {
                return Unreadable(path, $"the file has {file.Length} bytes, too many for a settings file");
            }

            return Load(File.ReadAllText(path), path, environment, needsReceiver);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return Unreadable(path, "there is no such file");
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return Unreadable(path, "the file could not be read: " + exception.Message);
        }
    }

    /// <summary>Reads <paramref name="text"/>; <paramref name="fileName"/> is only for messages.</summary>
    public static ConfigurationResult Load(
        string text, string fileName, Func<string, string?> environment, bool needsReceiver = true)
    {
        ProblemList problems = new(fileName);
        SettingNode? root = YamlDocumentReader.Read(text, problems);
        if (root is { Kind: SettingKind.Null } && !problems.HasErrors)
        {
            problems.FileError(0, 0, "the file is empty", "a minimal file has the line 'connectors: {span_metrics: {}}'");
        }

        if (root is null or { Kind: SettingKind.Null })
        {
            return new ConfigurationResult(null, problems.Sorted());
        }

        if (root.Kind != SettingKind.Mapping)
        {
            problems.Error(root, "", $"the file must be a mapping of keys, not {root.KindText}");
            return new ConfigurationResult(null, problems.Sorted());
        }

        ReadingContext context = new(problems, new EnvironmentExpansion(environment, problems), needsReceiver);
        ProcessorSettings? settings = ReadSettings(new MappingReader(context, root, ""), needsReceiver);
        return new ConfigurationResult(problems.HasErrors ? null : settings, problems.Sorted());
    }

    private static ProcessorSettings ReadSettings(MappingReader top, bool needsReceiver)
    {
        CollectorFile file = CollectorFileReader.Read(top);
        SelectedPath path = new PathSelector(file, top.Context.Problems).Select();
        SpanSourceSettings source = ReadSource(top, path, needsReceiver);
        StreamSettings stream = StreamSectionReader.Read(file.Stream, source.SessionTimeout);
        ConnectorSettings connector = ReadConnector(top, path.Connector, stream.FeatureGates);
        stream = EmissionReader.Read(file.Stream, stream, connector);
        if (path.Connector is not null)
        {
            MappingReader reader = Reader(top, path.Connector);
            SpanMetricsReader.CheckSinks(reader, connector, path.RemoteWriteExporter?.Path);
        }

        KafkaExporterSettings? exporter = path.KafkaExporter is null ? null : KafkaExporterReader.Read(Reader(top, path.KafkaExporter));
        ProcessorSettings settings = new()
        {
            Source = WithOneCluster(top, path, source, exporter),
            Connector = connector,
            MetricsTopic = exporter?.Topic ?? new MetricsTopicSettings(),
            RemoteWrite = path.RemoteWriteExporter is null
                ? null
                : RemoteWriteReader.Read(Reader(top, path.RemoteWriteExporter), [.. file.In("extensions")]),
            Stream = stream,
        };
        NamingReader.Check(file.Stream, "naming", settings);
        CheckHistograms(top, path, settings);
        WarnAboutPresets(file.Stream, settings);
        CheckTopics(path.KafkaExporter is null ? top : Reader(top, path.KafkaExporter), settings);
        return settings;
    }

    private static ConnectorSettings ReadConnector(MappingReader top, Component? connector, IReadOnlyList<FeatureGate> gates)
    {
        if (connector is null)
        {
            return new ConnectorSettings { HistogramUnit = SpanMetricsReader.DefaultUnit(gates) };
        }

        if (connector.Type == "spanmetrics")
        {
            top.Context.Problems.Warning(
                connector.Key, connector.Path, "'spanmetrics' is a deprecated name", "write 'span_metrics', as newer Collectors do");
        }

        return connector.IsCount ? CountReader.Read(Reader(top, connector)) : SpanMetricsReader.Read(Reader(top, connector), gates);
    }

    private static void CheckHistograms(MappingReader top, SelectedPath path, ProcessorSettings settings)
    {
        if (settings is { Connector.KeepsExplicitBuckets: true, RemoteWrite.Rules.ExplicitAsCustomBuckets: true })
        {
            Reader(top, path.RemoteWriteExporter!).Error(
                "convert_explicit_histograms_to_nhcb",
                "the connector has exponential buckets beside the explicit ones, and both would be native histograms of one name",
                "remove it: the explicit ones are classic series then, or remove 'exponential' from the connector");
        }
    }

    private static void WarnAboutPresets(MappingReader stream, ProcessorSettings settings)
    {
        if (settings.Connector.IsCount && settings.Stream.Presets.Count > 0)
        {
            stream.Warning("presets", "has no effect here: presets are dimensions of span_metrics, and the connector is count");
        }
    }

    private static SpanSourceSettings ReadSource(MappingReader top, SelectedPath path, bool needsReceiver)
    {
        if (path.Receiver is not null)
        {
            return KafkaReceiverReader.Read(Reader(top, path.Receiver));
        }

        SpanSourceSettings defaults = new();
        if (needsReceiver && path.Connector is not null)
        {
            top.Warning(
                "receivers",
                $"no Kafka receiver is on the path: topic '{defaults.Topic}' is read, with default settings",
                "add 'receivers: {kafka: {brokers: [...]}}' to the traces pipeline, or name one in stream.receiver");
        }

        return defaults;
    }

    // One transaction spans reading and writing, so both ends are on one cluster, reached in one way.
    private static SpanSourceSettings WithOneCluster(
        MappingReader top, SelectedPath path, SpanSourceSettings source, KafkaExporterSettings? exporter)
    {
        if (exporter is null)
        {
            return source;
        }

        if (path.Receiver is null)
        {
            return source with
            {
                Kafka = source.Kafka with
                {
                    Brokers = exporter.Brokers ?? source.Kafka.Brokers,
                    Tls = exporter.Security?.Tls,
                    Sasl = exporter.Security?.Sasl,
                },
            };
        }

        MappingReader reader = Reader(top, path.KafkaExporter!);
        if (exporter.Brokers is not null && !exporter.Brokers.ToHashSet().SetEquals(source.Kafka.Brokers))
        {
            reader.Error(
                "brokers",
                $"differ from those of {path.Receiver.Path}",
                "both ends must be one cluster, since a transaction spans them; use the same list, or leave this one out");
        }

        // What was not written is taken from the receiver, as its brokers are.
        if (exporter.Security is not null && exporter.Security != new KafkaSecurity(source.Kafka.Tls, source.Kafka.Sasl))
        {
            string key = reader.Has("auth") ? "auth" : "tls";
            reader.Error(
                reader.KeyPlaceOf(key),
                key,
                $"auth and tls differ from those of {path.Receiver.Path}",
                "a worker connects in one way, since a transaction spans both ends; write the same, or leave auth and tls out here");
        }

        return source;
    }

    private static void CheckTopics(MappingReader place, ProcessorSettings settings)
    {
        StreamSettings stream = settings.Stream;
        List<(string Topic, string Use)> topics =
        [
            (settings.Source.Topic, "the spans"),
            (settings.MetricsTopic.Topic, "the metrics"),
            (stream.DeltasTopic, "the deltas of stream.application_id"),
            (stream.StateTopic, "the state of stream.application_id"),
            (stream.DeadLetterTopic, "the dead letters of stream.application_id"),
        ];
        Dictionary<string, string> uses = [];
        foreach ((string topic, string use) in topics)
        {
            if (!uses.TryAdd(topic, use))
            {
                place.Error("", $"topic '{topic}' is used twice: for {uses[topic]} and for {use}", "every use needs a topic of its own");
            }
        }
    }

    private static MappingReader Reader(MappingReader top, Component component) => new(top.Context, component.Value, component.Path);

    private static ConfigurationResult Unreadable(string path, string message)
    {
        return new ConfigurationResult(null, [new ConfigurationProblem(ProblemSeverity.Error, path, 0, 0, "", message)]);
    }
}
