namespace StreamSpanMetrics.Demo;

/// <summary>One call that an operation makes.</summary>
/// <param name="Target">The operation called.</param>
/// <param name="Probability">Share of executions that make the call, 0 to 1.</param>
/// <param name="Required">Whether its failure fails the caller too.</param>
public sealed record ShopCall(ShopOperation Target, double Probability, bool Required);
