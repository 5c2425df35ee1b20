using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>One change that a repair makes.</summary>
/// <param name="Text">What it does, in words.</param>
internal sealed record RepairAction(string Text)
{
    /// <summary>The shard whose state gets <see cref="Records"/>.</summary>
    public int Shard { get; init; }

    /// <summary>Records for the state of the shard.</summary>
    public IReadOnlyList<StateRecord> Records { get; init; } = [];

    /// <summary>The stage whose committed offsets are set; null if none are.</summary>
    public string? Stage { get; init; }

    /// <summary>Its topic.</summary>
    public string Topic { get; init; } = "";

    /// <summary>The offsets, by partition.</summary>
    public IReadOnlyDictionary<int, long> Offsets { get; init; } = new Dictionary<int, long>();
}
