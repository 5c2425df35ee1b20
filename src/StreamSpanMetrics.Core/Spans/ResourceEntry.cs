namespace StreamSpanMetrics.Core.Spans;

/// <summary>All that is known of one Resource message, worked out once and found again by its bytes. Immutable.</summary>
public sealed class ResourceEntry
{
    /// <summary>The Resource message itself.</summary>
    public required byte[] Bytes { get; init; }

    /// <summary>Place among the entries of the table.</summary>
    public required int Index { get; init; }

    /// <summary>Place of its group among the groups of the table.</summary>
    public required int GroupIndex { get; init; }

    /// <summary>The number that stands for group and service-name dimension in raw series keys.</summary>
    public required int Variant { get; init; }

    /// <summary>Value of the dimension <c>service.name</c>: the text of a string, absent for any other kind, as in the connector.</summary>
    public required ResourceAttribute ServiceNameDimension { get; init; }

    /// <summary>Whether the resource has no <c>service.name</c> at all.</summary>
    public required bool MissesServiceName { get; init; }

    /// <summary>Attributes that are not identity, sorted by name (P-4).</summary>
    public required IReadOnlyList<ResourceAttribute> Descriptive { get; init; }

    /// <summary>By attribute slot the value's AnyValue bytes; null where the resource does not have it.</summary>
    public required byte[]?[] Values { get; init; }

    /// <summary>By family the attributes that are dimensions by pattern; empty without patterns.</summary>
    internal GlobAttribute[][] Globs { get; init; } = [];

    /// <summary>Bytes that the longest raw key of this resource needs besides those of the span itself.</summary>
    public required int ExtraKeyBytes { get; init; }

    /// <summary>What the span filter makes of the resource alone; empty without a filter.</summary>
    public required bool[] FilterVerdicts { get; init; }
}
