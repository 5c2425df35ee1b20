namespace StreamSpanMetrics.Stages;

/// <summary>What the export loop needs to know.</summary>
public sealed record ExportOptions
{
    /// <summary>Topic with point records.</summary>
    public required string MetricsTopic { get; init; }

    /// <summary>How a user repairs what stops the loop.</summary>
    public RepairCommands Repair { get; init; } = new(SettingsFile: null);

    /// <summary>The log forgets committed offsets: only the demo's in-process broker does. Reading starts at 0 then.</summary>
    public bool OffsetsAreForgotten { get; init; }
}
