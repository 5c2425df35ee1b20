namespace StreamSpanMetrics.Simulation;

/// <summary>What came of a seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Complaints">What is wrong; empty if nothing is.</param>
/// <param name="TraceHash">A number that is the same for the same run.</param>
/// <param name="Steps">Steps of the scheduler.</param>
/// <param name="Points">Points written.</param>
/// <param name="Folded">Entries folded into later steps.</param>
/// <param name="Events">What happened, counted by kind.</param>
public sealed record SimulationOutcome(
    int Seed, IReadOnlyList<string> Complaints, ulong TraceHash, long Steps, long Points, long Folded, IReadOnlyDictionary<string, int> Events);
