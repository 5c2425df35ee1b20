namespace StreamSpanMetrics.Core.Series;

/// <summary>A raw key on its way to a series number.</summary>
internal struct PendingKey
{
    /// <summary>Hash of the key.</summary>
    public ulong Hash;

    /// <summary>Where the key starts in the keys of its record.</summary>
    public int Start;

    /// <summary>Bytes of the key.</summary>
    public int Length;

    /// <summary>The series whose hash is the same; -1 if none. To be confirmed by comparing the key.</summary>
    public int Candidate;

    /// <summary>Where the key of the candidate is stored.</summary>
    public int CandidateStart;
}
