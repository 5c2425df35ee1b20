namespace StreamSpanMetrics.Stages;

/// <summary>Why a source partition is not being read just now.</summary>
[Flags]
internal enum PauseReasons
{
    /// <summary>It is being read.</summary>
    None = 0,

    /// <summary>It is too far ahead of the slowest partition (A7).</summary>
    Ahead = 1,

    /// <summary>Too many of its records do not decode (A9).</summary>
    Breaker = 2,
}
