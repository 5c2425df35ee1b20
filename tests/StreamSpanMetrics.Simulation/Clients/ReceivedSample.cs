namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>A sample that the receiver has.</summary>
/// <param name="ValueBits">Its number, as bits.</param>
/// <param name="Request">Which request brought it first: a hash of the body.</param>
internal readonly record struct ReceivedSample(long ValueBits, string Request);
