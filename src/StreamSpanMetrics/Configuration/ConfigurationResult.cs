using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>What a settings file came to.</summary>
/// <param name="Settings">The settings; null if any problem is an error.</param>
/// <param name="Problems">Everything found, by line.</param>
public sealed record ConfigurationResult(ProcessorSettings? Settings, IReadOnlyList<ConfigurationProblem> Problems);
