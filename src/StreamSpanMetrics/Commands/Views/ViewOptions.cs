namespace StreamSpanMetrics.Commands.Views;

/// <summary>How a view is shown.</summary>
/// <param name="Json">As JSON instead of text.</param>
/// <param name="Interval">Time between two looks; null for a single one.</param>
internal readonly record struct ViewOptions(bool Json, TimeSpan? Interval);
