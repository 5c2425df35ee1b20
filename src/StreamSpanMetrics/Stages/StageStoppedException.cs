namespace StreamSpanMetrics.Stages;

/// <summary>A stage cannot go on and the program has to end; the message is for the user.</summary>
public sealed class StageStoppedException : Exception
{
    /// <summary>Stops with a message.</summary>
    public StageStoppedException(string message)
        : base(message)
    {
    }

    /// <summary>Stops with a message and its cause.</summary>
    public StageStoppedException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Stops without a message.</summary>
    public StageStoppedException()
    {
    }
}
