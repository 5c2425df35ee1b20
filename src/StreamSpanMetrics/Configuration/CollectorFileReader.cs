namespace StreamSpanMetrics.Configuration;

/// <summary>Reads the outline of a Collector's file (opentelemetry-collector otelcol/config.go and service/pipelines/config.go).</summary>
internal static class CollectorFileReader
{
    private static readonly string[] Sections = ["receivers", "processors", "exporters", "connectors", "extensions"];

    /// <summary>Reads the outline; what stands inside the components is left to their readers.</summary>
    public static CollectorFile Read(MappingReader top)
    {
        List<Component> components = [];
        foreach (string section in Sections)
        {
            MappingReader reader = top.Section(section);
            foreach (string id in reader.Keys)
            {
                components.Add(new Component(section, reader.KeyPlaceOf(id), reader.ValueOf(id)));
            }
        }

        MappingReader service = top.Section("service");
        IReadOnlyList<Pipeline>? pipelines = ReadPipelines(service);
        service.Ignore("telemetry", "it is about the Collector's own telemetry");

        // Each extension gets its warning where it is defined.
        service.Accept("extensions");
        service.Finish();
        CollectorFile file = new(components, pipelines, top.Section("stream"));
        top.Finish();
        CheckReferences(file, top.Context.Problems);
        return file;
    }

    private static List<Pipeline>? ReadPipelines(MappingReader service)
    {
        if (service.Find("pipelines") is null)
        {
            return null;
        }

        MappingReader section = service.Section("pipelines");
        List<Pipeline> pipelines = [];
        foreach (string id in section.Keys)
        {
            string signal = Component.TypeOf(id);
            if (signal is not ("traces" or "metrics" or "logs" or "profiles"))
            {
                section.Error(
                    section.KeyPlaceOf(id), id, $"a pipeline is of traces, metrics, logs or profiles, not of '{signal}'",
                    Suggestion.For(signal, ["traces", "metrics", "logs", "profiles"]));
                continue;
            }

            MappingReader reader = section.Section(id);
            pipelines.Add(new Pipeline(
                section.KeyPlaceOf(id), reader.TextNodes("receivers"), reader.TextNodes("processors"), reader.TextNodes("exporters")));
            reader.Finish();
        }

        return pipelines;
    }

    private static void CheckReferences(CollectorFile file, ProblemList problems)
    {
        foreach (Pipeline pipeline in file.Pipelines ?? [])
        {
            CheckReferences(file, pipeline, pipeline.Receivers, "receiver", ["receivers", "connectors"], problems);
            CheckReferences(file, pipeline, pipeline.Processors, "processor", ["processors"], problems);
            CheckReferences(file, pipeline, pipeline.Exporters, "exporter", ["exporters", "connectors"], problems);
        }
    }

    private static void CheckReferences(
        CollectorFile file, Pipeline pipeline, IReadOnlyList<SettingNode> ids, string role, string[] sections, ProblemList problems)
    {
        List<string> defined = [.. sections.SelectMany(file.In).Select(component => component.Id)];
        foreach (SettingNode id in ids)
        {
            if (!defined.Contains(id.Text))
            {
                problems.Error(
                    id,
                    $"{pipeline.Path}.{role}s",
                    $"{role} '{id.Shown}' is not defined in this file",
                    MappingReader.DidYouMean(id, defined));
            }
        }
    }
}
