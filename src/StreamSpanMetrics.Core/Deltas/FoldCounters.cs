using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// What happened to the spans of one thread. Spans read = counted + dropped for missing a service name + dropped by the filter; spans of
/// undecodable records are not read.
/// </summary>
public sealed class FoldCounters
{
    /// <summary>Records folded.</summary>
    public long Records { get; set; }

    /// <summary>Bytes of the records folded.</summary>
    public long Bytes { get; set; }

    /// <summary>Records that could not be decoded or are too large.</summary>
    public long BadRecords { get; set; }

    /// <summary>Spans counted.</summary>
    public long Spans { get; set; }

    /// <summary>Span events counted.</summary>
    public long Events { get; set; }

    /// <summary>Spans dropped because their resource has no service name and the settings say so.</summary>
    public long DroppedMissingServiceName { get; set; }

    /// <summary>Spans dropped by the filter. Replaced once, by the loop that counts, before it begins.</summary>
    public FilterDrops Filtered { get; set; } = new(new SpanFilterRules());

    /// <summary>Spans counted under <c>unknown_service</c>.</summary>
    public long UnknownService { get; set; }

    /// <summary>Spans whose end is before their start: counted with duration zero.</summary>
    public long EndBeforeStart { get; set; }
}
