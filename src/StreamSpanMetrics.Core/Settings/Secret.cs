namespace StreamSpanMetrics.Core.Settings;

/// <summary>A text that must be in no log and no message: it shows as asterisks.</summary>
/// <param name="Value">The text itself; empty: there is none.</param>
public sealed record Secret(string Value)
{
    /// <summary>No secret.</summary>
    public static Secret None { get; } = new("");

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Value.Length == 0;

    /// <summary>Asterisks, as many for every secret.</summary>
    public override string ToString() => IsEmpty ? "" : "***";
}
