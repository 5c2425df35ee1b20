namespace StreamSpanMetrics.Configuration;

/// <summary>Whether a problem keeps the program from starting.</summary>
public enum ProblemSeverity
{
    /// <summary>The settings work; something in them does not do what it says in a Collector.</summary>
    Warning,

    /// <summary>The settings cannot be used.</summary>
    Error,
}
