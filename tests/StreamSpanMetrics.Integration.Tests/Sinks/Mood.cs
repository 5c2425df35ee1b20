namespace StreamSpanMetrics.Integration.Tests.Sinks;

/// <summary>What a receiver does with a request.</summary>
public enum Mood
{
    /// <summary>Hands it on and answers what the server behind it answers.</summary>
    Fine,

    /// <summary>Answers 429 and asks for a second of patience.</summary>
    Busy,

    /// <summary>Answers 500.</summary>
    Broken,

    /// <summary>Hands it on, then answers 500: the samples are there, and the sender does not know.</summary>
    BrokenAfterwards,

    /// <summary>Never answers.</summary>
    Silent,

    /// <summary>Closes the connection.</summary>
    Gone,

    /// <summary>Hands it on after a while.</summary>
    Slow,
}
