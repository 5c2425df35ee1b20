namespace StreamSpanMetrics.Configuration;

/// <summary>
/// Finds the path Kafka receiver, span_metrics or count, exporters in a Collector's file, and says of everything beside it that it is not run.
/// Where several components could be meant, <c>stream.receiver</c>, <c>.connector</c> and <c>.exporter</c> decide.
/// </summary>
internal sealed class PathSelector(CollectorFile file, ProblemList problems)
{
    private readonly MappingReader stream = file.Stream;
    private readonly List<Component> undecided = [];
    private List<Pipeline> tracesPipelines = [];
    private List<Pipeline> metricsPipelines = [];

    /// <summary>
    /// The path. Where several components could be meant it holds the first, and where the connector is missing whatever is there, so that
    /// these are still read for problems.
    /// </summary>
    public SelectedPath Select()
    {
        Component? connector = SelectConnector();
        if (connector is null)
        {
            return new SelectedPath(
                file.In("receivers").FirstOrDefault(component => component.IsKafka),
                null,
                file.In("exporters").FirstOrDefault(component => component.IsKafka),
                file.In("exporters").FirstOrDefault(component => component.IsRemoteWrite));
        }

        if (file.Pipelines is not null)
        {
            tracesPipelines = [.. file.Pipelines.Where(pipeline => pipeline.Signal == "traces" && Names(pipeline.Exporters, connector))];
            metricsPipelines = [.. file.Pipelines.Where(pipeline => pipeline.Signal == "metrics" && Names(pipeline.Receivers, connector))];
        }

        Component? receiver = SelectReceiver();
        Component? kafkaExporter = SelectExporter(exporter => exporter.IsKafka, "Kafka");
        Component? remoteWrite = SelectExporter(exporter => exporter.IsRemoteWrite, "remote-write");
        CheckSelectedExporters();
        KeepPipelinesOf(receiver, kafkaExporter, remoteWrite);
        CheckProcessors();
        SelectedPath path = new(receiver, connector, kafkaExporter, remoteWrite);
        WarnAboutTheRest(path);
        return path;
    }

    private Component? SelectConnector()
    {
        List<Component> defined = [.. file.In("connectors").Where(component => component.IsSpanMetrics || component.IsCount)];
        SettingNode? chosen = stream.Find("connector");
        if (chosen is not null)
        {
            return Chosen(chosen, "connector", defined);
        }

        if (defined.Count == 0)
        {
            problems.FileError(0, 0, "there is no span_metrics or count connector", "add 'connectors: {span_metrics: {}}'");
            return null;
        }

        List<Component> used = defined;
        if (file.Pipelines is not null)
        {
            List<Pipeline> traces = [.. file.Pipelines.Where(pipeline => pipeline.Signal == "traces")];
            used = [.. defined.Where(component => traces.Exists(pipeline => Names(pipeline.Exporters, component)))];
            if (used.Count == 0)
            {
                problems.Error(
                    defined[0].Key, defined[0].Path, "no traces pipeline has this connector among its exporters",
                    "add it there, name it in stream.connector, or remove 'service.pipelines'");
                return null;
            }
        }

        return OnlyOne(used, "connector", used.Exists(component => component.IsCount) ? "connectors" : "span_metrics connectors");
    }

    private Component? SelectReceiver()
    {
        List<Component> defined = [.. file.In("receivers").Where(component => component.IsKafka)];
        SettingNode? chosen = stream.Find("receiver");
        if (chosen is not null)
        {
            return Chosen(chosen, "receiver", defined);
        }

        List<Component> used = file.Pipelines is null
            ? defined
            : [.. defined.Where(component => tracesPipelines.Exists(pipeline => Names(pipeline.Receivers, component)))];
        return OnlyOne(used, "receiver", "Kafka receivers");
    }

    private Component? SelectExporter(Func<Component, bool> isWanted, string kind)
    {
        List<Component> defined = [.. file.In("exporters").Where(isWanted)];
        List<string> chosen = [.. stream.TextNodes("exporter").Select(node => node.Text)];
        List<Component> selected = [.. defined.Where(component => chosen.Contains(component.Id))];
        if (selected.Count > 0)
        {
            return OnlyOne(selected, "exporter", kind + " exporters");
        }

        List<Component> used = file.Pipelines is null
            ? defined
            : [.. defined.Where(component => metricsPipelines.Exists(pipeline => Names(pipeline.Exporters, component)))];
        return OnlyOne(used, "exporter", kind + " exporters");
    }

    private void CheckSelectedExporters()
    {
        List<string> possible =
        [
            .. file.In("exporters").Where(component => component.IsKafka || component.IsRemoteWrite).Select(component => component.Id),
        ];
        foreach (SettingNode node in stream.TextNodes("exporter"))
        {
            if (!possible.Contains(node.Text))
            {
                stream.Error(
                    node, "exporter", $"there is no Kafka or remote-write exporter '{node.Shown}'", Suggestion.For(node.Text, possible));
            }
        }
    }

    private Component? Chosen(SettingNode chosen, string key, List<Component> defined)
    {
        Component? component = defined.Find(candidate => chosen.Kind == SettingKind.Scalar && candidate.Id == chosen.Text);
        if (component is null)
        {
            List<string> ids = [.. defined.Select(candidate => candidate.Id)];
            stream.Error(key, $"there is no {key} '{chosen.Shown}' of the right type", Suggestion.For(chosen.Text, ids));
        }

        // The first of its type stands in, so that its settings are still read for problems.
        return component ?? defined.FirstOrDefault();
    }

    private Component? OnlyOne(List<Component> candidates, string key, string kind)
    {
        if (candidates.Count > 1)
        {
            undecided.AddRange(candidates);
            string ids = string.Join(", ", candidates.Select(component => component.Id));
            problems.Error(
                candidates[1].Key, candidates[1].Path, $"several {kind} are on the path: {ids}", $"name the one to use in stream.{key}");
        }

        return candidates.Count == 0 ? null : candidates[0];
    }

    // Where a component was found, the pipelines without it are not the path.
    private void KeepPipelinesOf(Component? receiver, Component? kafkaExporter, Component? remoteWrite)
    {
        if (receiver is not null && tracesPipelines.Exists(pipeline => Names(pipeline.Receivers, receiver)))
        {
            tracesPipelines.RemoveAll(pipeline => !Names(pipeline.Receivers, receiver));
        }

        List<Component> exporters = [.. new[] { kafkaExporter, remoteWrite }.OfType<Component>()];
        if (metricsPipelines.Exists(pipeline => exporters.Exists(exporter => Names(pipeline.Exporters, exporter))))
        {
            metricsPipelines.RemoveAll(pipeline => !exporters.Exists(exporter => Names(pipeline.Exporters, exporter)));
        }
    }

    private void CheckProcessors()
    {
        foreach (Pipeline pipeline in tracesPipelines.Concat(metricsPipelines))
        {
            foreach (SettingNode processor in pipeline.Processors)
            {
                string path = pipeline.Path + ".processors";
                if (Component.TypeOf(processor.Text) is "batch" or "memory_limiter")
                {
                    problems.Warning(
                        processor,
                        path,
                        $"processor '{processor.Shown}' has no effect here: records are batched and memory is bounded anyway");
                }
                else
                {
                    problems.Error(
                        processor,
                        path,
                        $"processor '{processor.Shown}' stands on the path, and processors are not run",
                        pipeline.Signal == "traces"
                            ? "remove it here and run it in the Collector that writes the topic"
                            : "remove it here and run it behind the metrics topic");
                }
            }
        }
    }

    private void WarnAboutTheRest(SelectedPath path)
    {
        Component?[] parts = [path.Receiver, path.Connector, path.KafkaExporter, path.RemoteWriteExporter];
        List<Component> run = [.. parts.OfType<Component>()];
        if (path.RemoteWriteExporter is Component exporter
            && AuthenticatorReader.IdOf(new MappingReader(stream.Context, exporter.Value, exporter.Path)) is string authenticator)
        {
            run.AddRange(file.In("extensions").Where(extension => extension.Id == authenticator));
        }

        string notRun = $"is not on the path from Kafka through {(path.Connector?.IsCount == true ? "count" : "span_metrics")}, and is not run";
        HashSet<string> namedProcessors =
        [
            .. tracesPipelines.Concat(metricsPipelines).SelectMany(pipeline => pipeline.Processors).Select(node => node.Text),
        ];
        foreach (Component component in file.Components)
        {
            bool hasProblem = undecided.Contains(component)
                || (component.Section == "processors" && namedProcessors.Contains(component.Id));
            if (!run.Contains(component) && !hasProblem)
            {
                problems.Warning(component.Key, component.Path, notRun);
            }
        }

        foreach (Pipeline pipeline in file.Pipelines ?? [])
        {
            if (!tracesPipelines.Contains(pipeline) && !metricsPipelines.Contains(pipeline))
            {
                problems.Warning(pipeline.Key, pipeline.Path, notRun);
            }
        }
    }

    private static bool Names(IReadOnlyList<SettingNode> ids, Component component)
    {
        return ids.Any(id => id.Text == component.Id);
    }
}
