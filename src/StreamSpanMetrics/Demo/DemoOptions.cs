namespace StreamSpanMetrics.Demo;

/// <summary>What the user may choose for the demo.</summary>
/// <param name="Duration">How long traffic is made; null means until Ctrl-C.</param>
/// <param name="SpansPerSecond">Rate of the traffic.</param>
/// <param name="Seed">Seed of the traffic.</param>
/// <param name="Port">Port of the page with the series; 0 takes any free one.</param>
internal sealed record DemoOptions(TimeSpan? Duration, double SpansPerSecond, int Seed, int Port);
