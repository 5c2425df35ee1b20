namespace StreamSpanMetrics.Configuration;

/// <summary>What all readers of one file share.</summary>
/// <param name="Problems">Where they say what is wrong.</param>
/// <param name="Environment">How references to environment variables become values.</param>
/// <param name="Connects">Whether anything will be connected to, so that certificates and secrets must be at hand.</param>
internal sealed record ReadingContext(ProblemList Problems, EnvironmentExpansion Environment, bool Connects);
