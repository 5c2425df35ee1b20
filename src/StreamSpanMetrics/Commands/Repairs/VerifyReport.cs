namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>What <c>state verify</c> tells.</summary>
/// <param name="ApplicationId">The application.</param>
/// <param name="Time">Time of the look.</param>
/// <param name="Shards">Shards that were looked at.</param>
/// <param name="Chunks">Chunks that were looked at.</param>
/// <param name="ActiveSeries">Series alive in the shards that could be restored.</param>
/// <param name="Findings">What is wrong; empty if all is well.</param>
/// <param name="Repairs">Repairs made so far, in words.</param>
internal sealed record VerifyReport(
    string ApplicationId, DateTimeOffset Time, int Shards, int Chunks, long ActiveSeries, IReadOnlyList<Finding> Findings,
    IReadOnlyList<string> Repairs);
