namespace StreamSpanMetrics.Stages;

/// <summary>Records that somebody has to read were deleted.</summary>
public sealed class RangeDeletedException : Exception
{
    /// <summary>With a message for the user.</summary>
    public RangeDeletedException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public RangeDeletedException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Without a message.</summary>
    public RangeDeletedException()
    {
    }
}
