namespace StreamSpanMetrics.Configuration;

/// <summary>A pipeline of <c>service.pipelines</c>.</summary>
/// <param name="Key">Its key, with signal and name.</param>
/// <param name="Receivers">Ids of its receivers.</param>
/// <param name="Processors">Ids of its processors.</param>
/// <param name="Exporters">Ids of its exporters.</param>
internal sealed record Pipeline(
    SettingNode Key, IReadOnlyList<SettingNode> Receivers, IReadOnlyList<SettingNode> Processors, IReadOnlyList<SettingNode> Exporters)
{
    /// <summary>Signal and name, joined by a slash.</summary>
    public string Id => Key.Text;

    /// <summary>What it carries: traces, metrics, logs or profiles.</summary>
    public string Signal => Component.TypeOf(Id);

    /// <summary>Keys from the top of the file.</summary>
    public string Path => "service.pipelines." + Id;
}
