using System.Globalization;

namespace StreamSpanMetrics.Stages;

/// <summary>The command lines that repair an application, as they can be pasted into a shell.</summary>
/// <param name="SettingsFile">The settings file of the worker; null where there is none and defaults hold.</param>
public sealed record RepairCommands(string? SettingsFile)
{
    /// <summary>Reads again what a shard missed of a source partition.</summary>
    public string ReadAgain(int shard, uint partition) => Line(string.Create(
        CultureInfo.InvariantCulture, $"rewind --shard {shard} --partition {partition}"));

    /// <summary>Leaves a record of the deltas topic out and reads again what it covered.</summary>
    public string ReadRecordAgain(int shard) => Line(string.Create(CultureInfo.InvariantCulture, $"rewind --shard {shard}"));

    /// <summary>Gives up what a shard missed of a source partition.</summary>
    public string AcceptGap(int shard, uint partition) => Line(string.Create(
        CultureInfo.InvariantCulture, $"accept-gap --shard {shard} --partition {partition}"));

    /// <summary>Goes on with a topic that was made anew.</summary>
    public string AcceptTopic() => Line("accept-gap --new-topic");

    /// <summary>Sets the committed offset of a partition to what the state, or for export the log, says.</summary>
    public string RestoreOffset(string stage, int partition) => Line(string.Create(
        CultureInfo.InvariantCulture, $"rewind --offsets {stage} --partition {partition}"));

    /// <summary>Makes a shard restorable with the least loss.</summary>
    public string Reset(int shard) => Line(string.Create(CultureInfo.InvariantCulture, $"reset --shard {shard}"));

    /// <summary>Looks at everything.</summary>
    public string Verify() => Line("verify");

    /// <summary>A path as a word of a shell.</summary>
    public static string Quoted(string path) => path.All(character => char.IsAsciiLetterOrDigit(character) || "/._-+:".Contains(character))
        ? path
        : "'" + path.Replace("'", "'\\''", StringComparison.Ordinal) + "'";

    private string Line(string command) => $"`spanmetrics state {command}{(SettingsFile is null ? "" : " --config " + Quoted(SettingsFile))}`";
}
