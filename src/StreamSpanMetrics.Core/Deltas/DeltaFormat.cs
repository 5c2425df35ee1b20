namespace StreamSpanMetrics.Core.Deltas;

/// <summary>Constants of the delta format.</summary>
public static class DeltaFormat
{
    /// <summary>The format that is written. Readers take it and its predecessor (S6); there is none yet.</summary>
    public const uint Version = 1;

    /// <summary>
    /// Largest batch: below the broker's default message limit of 1,048,588 bytes with room for what we do not count (A3).
    /// </summary>
    public const int MaxBatchBytes = 900_000;

    /// <summary>
    /// A block's part is closed when its estimated size passes this: the estimate is from above, a batch always holds one part.
    /// </summary>
    public const int MaxPartBytes = 800_000;
}
