using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>What a stage asked a transaction to do, and how it ended.</summary>
internal sealed record MemoryTransaction(
    IReadOnlyList<OutgoingRecord> Records, IReadOnlyDictionary<int, long> Offsets, TransactionOutcome Outcome);
