namespace StreamSpanMetrics.Core.Totals;

/// <summary>What became of a delta block (M2). Everything from <see cref="Gap"/> on is a refusal that changed nothing.</summary>
public enum ApplyOutcome
{
    /// <summary>Applied.</summary>
    Applied,

    /// <summary>Its range was applied before: nothing to do.</summary>
    Skipped,

    /// <summary>It starts behind the expected offset: offsets between are missing.</summary>
    Gap,

    /// <summary>It starts before the expected offset and ends behind it.</summary>
    Overlap,

    /// <summary>It starts at the expected offset, but with another part than the expected one.</summary>
    MissingPart,

    /// <summary>It was read from another topic of the same name.</summary>
    OtherTopicId,

    /// <summary>Its format is not known to this release.</summary>
    UnknownFormat,

    /// <summary>It was made under other rules.</summary>
    ForeignFingerprint,

    /// <summary>Its partition is not in the control record and it does not say that it is the first one.</summary>
    UnknownPartition,

    /// <summary>Its columns contradict each other or its keys do not fit the rules.</summary>
    Malformed,

    /// <summary>The record is no delta batch.</summary>
    NoBatch,
}
