namespace StreamSpanMetrics.Core.Deltas;

/// <summary>The entries and resources of one step in an accumulator, as half-open ranges.</summary>
/// <param name="Step">The step.</param>
/// <param name="EntryStart">First entry.</param>
/// <param name="EntryEnd">Behind the last entry.</param>
/// <param name="ResourceStart">First noted resource.</param>
/// <param name="ResourceEnd">Behind the last noted resource.</param>
public readonly record struct StepSection(long Step, int EntryStart, int EntryEnd, int ResourceStart, int ResourceEnd);
