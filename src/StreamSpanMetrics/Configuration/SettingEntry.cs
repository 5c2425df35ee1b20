namespace StreamSpanMetrics.Configuration;

/// <summary>A key and its value.</summary>
/// <param name="Key">The key, always a scalar.</param>
/// <param name="Value">The value.</param>
internal sealed record SettingEntry(SettingNode Key, SettingNode Value);
