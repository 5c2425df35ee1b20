using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Stages;

/// <summary>What the aggregate loop needs to know.</summary>
public sealed record AggregateOptions
{
    /// <summary>Source topic, for dead letters and logs.</summary>
    public required string SourceTopic { get; init; }

    /// <summary>Encoding of its records.</summary>
    public SpanEncoding SourceEncoding { get; init; } = SpanEncoding.OtlpProto;

    /// <summary>Topic for delta batches.</summary>
    public required string DeltasTopic { get; init; }

    /// <summary>Topic for dead letters.</summary>
    public required string DeadLetterTopic { get; init; }

    /// <summary>Number of shards.</summary>
    public required int Shards { get; init; }

    /// <summary>Length of a step in milliseconds.</summary>
    public required long IntervalMillis { get; init; }

    /// <summary>Time between commits.</summary>
    public required TimeSpan CommitInterval { get; init; }

    /// <summary>How far a producer's timestamp may be ahead of our clock (T2).</summary>
    public required TimeSpan MaxAhead { get; init; }

    /// <summary>Fingerprint of the rules (S2).</summary>
    public required ulong RulesFingerprint { get; init; }

    /// <summary>Partitions with a start offset in the control record; others are new and start at 0 (S1).</summary>
    public required int KnownPartitions { get; init; }

    /// <summary>Larger records are not read, in bytes.</summary>
    public required int MaxRecordBytes { get; init; }

    /// <summary>What happens when records are gone before they were read (A8).</summary>
    public required DataLossPolicy OnDataLoss { get; init; }

    /// <summary>Whether the source topic has LogAppendTime: for the margin of partitions that never had a record (T3).</summary>
    public required bool SourceIsLogAppendTime { get; init; }

    /// <summary>The log forgets offsets sent in transactions: only the demo's in-process broker does. Reading starts at 0 then.</summary>
    public bool OffsetsAreForgotten { get; init; }

    /// <summary>A block with more bytes is split into parts (A3).</summary>
    public int MaxPartBytes { get; init; } = DeltaFormat.MaxPartBytes;

    /// <summary>Largest record of the deltas topic, in bytes; a part that is larger alone makes a record of its own (A3).</summary>
    public int MaxBatchBytes { get; init; } = DeltaFormat.MaxBatchBytes;

    /// <summary>How a user repairs what stops the loop.</summary>
    public RepairCommands Repair { get; init; } = new(SettingsFile: null);

    /// <summary>Entries in all accumulators that make a cut come early (P-6).</summary>
    public int MaxEntries { get; init; } = 400_000;

    /// <summary>How many steps a partition may be ahead of the slowest one before it waits (A7).</summary>
    public int MaxSkewSteps { get; init; } = 20;

    /// <summary>Undecodable records, less decodable ones, that pause a partition; 0 never does (A9).</summary>
    public int BreakerRecords { get; init; } = 100;

    /// <summary>For how long such a partition is paused.</summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Commit interval for a step: a fifth of it, at least a second (A6).</summary>
    public static TimeSpan DefaultCommitInterval(TimeSpan step) => TimeSpan.FromSeconds(Math.Max(1, step.TotalSeconds / 5));
}
