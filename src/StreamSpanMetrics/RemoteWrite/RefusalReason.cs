namespace StreamSpanMetrics.RemoteWrite;

/// <summary>Why a receiver does not want a sample (E2).</summary>
public enum RefusalReason
{
    /// <summary>The series has a newer sample already.</summary>
    AlreadyWritten,

    /// <summary>The sample is behind the receiver's window.</summary>
    TooOld,

    /// <summary>The sample is ahead of the receiver's clock.</summary>
    TooFarAhead,

    /// <summary>The series has another value at this timestamp.</summary>
    Duplicate,

    /// <summary>Anything else: invalid labels, limits, rights.</summary>
    Other,
}
