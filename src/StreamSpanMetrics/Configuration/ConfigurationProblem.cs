namespace StreamSpanMetrics.Configuration;

/// <summary>One thing that is wrong, or without meaning, in a settings file. Never contains a secret.</summary>
/// <param name="Severity">Error or warning.</param>
/// <param name="File">Name of the file as the user gave it.</param>
/// <param name="Line">Line, from 1; 0 if the problem is the file itself.</param>
/// <param name="Column">Column, from 1; 0 if the problem is the file itself.</param>
/// <param name="Path">Keys from the top of the file to the problem, joined by dots; empty for the file itself.</param>
/// <param name="Message">What is wrong, in one sentence.</param>
/// <param name="Hint">What to do about it; null if the message says it all.</param>
public sealed record ConfigurationProblem(
    ProblemSeverity Severity, string File, int Line, int Column, string Path, string Message, string? Hint = null)
{
    /// <summary>The compiler's form, <c>file:line:column: error: path: message</c>, with the hint on a second line.</summary>
    public override string ToString()
    {
        string place = Line == 0 ? File : FormattableString.Invariant($"{File}:{Line}:{Column}");
        string severity = Severity == ProblemSeverity.Error ? "error" : "warning";
        string path = Path.Length == 0 ? "" : Path + ": ";
        string hint = Hint is null ? "" : "\n    hint: " + Hint;
        return $"{place}: {severity}: {path}{Message}{hint}";
    }
}
