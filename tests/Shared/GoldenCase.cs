namespace StreamSpanMetrics.Testing;

/// <summary>One folder of <c>fixtures/golden</c>: what the connector and the exporter made of a corpus under some settings.</summary>
/// <param name="Settings">Name of the settings, for example <c>article</c>.</param>
/// <param name="Corpus">Name of the corpus: a file of <c>records/</c>, or <c>edge</c>.</param>
public sealed record GoldenCase(string Settings, string Corpus)
{
    /// <summary>All cases, in ordinal order of settings and corpus.</summary>
    public static IReadOnlyList<GoldenCase> All { get; } =
        [.. from settings in FixtureFiles.FoldersIn("golden")
            from corpus in FixtureFiles.FoldersIn($"golden/{settings}")
            select new GoldenCase(settings, corpus)];

    /// <summary>The connector and exporter settings, YAML.</summary>
    public string SettingsYaml => FixtureFiles.ReadText($"golden/{Settings}/settings.yaml");

    /// <summary>The totals, OTLP JSON.</summary>
    public string MetricsJson => FixtureFiles.ReadText($"golden/{Settings}/{Corpus}/metrics.json");

    /// <summary>The remote-written series, one per line.</summary>
    public IReadOnlyList<string> SeriesLines => FixtureFiles.ReadLines($"golden/{Settings}/{Corpus}/series.txt");

    /// <summary>The values of the corpus in the order the connector saw them, each an <c>ExportTraceServiceRequest</c>.</summary>
    public IReadOnlyList<byte[]> Requests => Corpus == "edge"
        ? FixtureFiles.ReadMessages("requests/edge.binpb")
        : [.. RecordFile.Read(Corpus).Select(record => record.Value)];

    /// <inheritdoc/>
    public override string ToString() => $"{Settings}/{Corpus}";
}
