namespace StreamSpanMetrics.Commands.Views;

/// <summary>A stage's consumer group.</summary>
internal sealed record GroupLag
{
    /// <summary>Stage: aggregate, merge or export.</summary>
    public required string Stage { get; init; }

    /// <summary>Name of the group.</summary>
    public required string Group { get; init; }

    /// <summary>The topic it reads.</summary>
    public required string Topic { get; init; }

    /// <summary>State of the group, as the broker names it.</summary>
    public required string State { get; init; }

    /// <summary>How many members it has.</summary>
    public required int Members { get; init; }

    /// <summary>Sum over the partitions.</summary>
    public required long RecordsBehind { get; init; }

    /// <summary>Largest of the partitions.</summary>
    public required double SecondsBehind { get; init; }

    /// <summary>The partitions of the topic.</summary>
    public required IReadOnlyList<PartitionLag> Partitions { get; init; }
}
