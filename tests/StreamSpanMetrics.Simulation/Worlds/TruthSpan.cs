using StreamSpanMetrics.Simulation.Truth;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>A span as the workload meant it.</summary>
/// <param name="Service">Service.</param>
/// <param name="Environment">Environment; empty if it has none.</param>
/// <param name="Host">Host.</param>
/// <param name="Name">Span name.</param>
/// <param name="IsClient">Client instead of server.</param>
/// <param name="IsError">Whether its status is an error.</param>
/// <param name="DurationNanos">Duration in nanoseconds.</param>
/// <param name="Exceptions">Types of the exceptions it recorded as events.</param>
/// <param name="Exemplar">Its ids as text, its duration and its end.</param>
internal sealed record TruthSpan(
    string Service, string Environment, string Host, string Name, bool IsClient, bool IsError, long DurationNanos, string[] Exceptions,
    SlowExemplar Exemplar);
