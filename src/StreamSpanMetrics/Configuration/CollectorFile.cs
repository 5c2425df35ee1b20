namespace StreamSpanMetrics.Configuration;

/// <summary>The parts of a Collector's file: its components and how its pipelines connect them.</summary>
/// <param name="Components">All components, in file order.</param>
/// <param name="Pipelines">All pipelines, in file order; null if the file has none, so that its components speak for themselves.</param>
/// <param name="Stream">Our own section.</param>
internal sealed record CollectorFile(IReadOnlyList<Component> Components, IReadOnlyList<Pipeline>? Pipelines, MappingReader Stream)
{
    /// <summary>Components of one section.</summary>
    public IEnumerable<Component> In(string section) => Components.Where(component => component.Section == section);
}
