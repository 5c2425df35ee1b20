namespace StreamSpanMetrics.Core.Deltas;

/// <summary>How far <c>ExponentialColumns</c> have been read.</summary>
/// <param name="Entry">The next histogram.</param>
/// <param name="Bucket">Its first bucket.</param>
internal readonly record struct ExponentialPlace(int Entry, int Bucket);
