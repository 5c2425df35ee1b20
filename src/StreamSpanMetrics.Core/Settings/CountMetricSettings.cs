using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Settings;

/// <summary>A metric of <c>connectors.count</c>, in the connector's own words.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsOfEvents">Whether it stands below <c>spanevents</c>, else below <c>spans</c>.</param>
public sealed record CountMetricSettings(string Name, bool IsOfEvents)
{
    /// <summary>Most metrics of a connector: each is a family of series.</summary>
    public const int MaxMetrics = 128;

    /// <summary>What the connector counts where nothing is below <c>spans</c>.</summary>
    public static readonly CountMetricSettings OfAllSpans = new("trace.span.count", IsOfEvents: false)
    {
        Description = "The number of spans observed.",
    };

    /// <summary>What it counts where nothing is below <c>spanevents</c>.</summary>
    public static readonly CountMetricSettings OfAllEvents = new("trace.span.event.count", IsOfEvents: true)
    {
        Description = "The number of span events observed.",
    };

    /// <summary><c>description</c>.</summary>
    public string Description { get; init; } = "";

    /// <summary><c>conditions</c>: OTTL expressions, of which one has to hold; empty counts all.</summary>
    public IReadOnlyList<string> Conditions { get; init; } = [];

    /// <summary><c>attributes</c>: what is not there is not counted, unless there is a default.</summary>
    public IReadOnlyList<DimensionRule> Attributes { get; init; } = [];
}
