namespace StreamSpanMetrics.Stages;

/// <summary>The application id is in use under other rules (S2): a matter of configuration.</summary>
public sealed class OtherRulesException : Exception
{
    /// <summary>With a message for the user.</summary>
    public OtherRulesException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public OtherRulesException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Without a message.</summary>
    public OtherRulesException()
    {
    }
}
