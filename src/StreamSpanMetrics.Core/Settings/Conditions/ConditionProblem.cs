namespace StreamSpanMetrics.Core.Settings.Conditions;


/// <summary>Why a text is no condition that can be applied.</summary>
/// <param name="Position">Character at which it goes wrong, from 1.</param>
/// <param name="Found">What stands there, as it was written; empty at the end.</param>
/// <param name="Message">What is wrong with it; says nothing of what was written.</param>
/// <param name="Hint">What to do, or what is known.</param>
public readonly record struct ConditionProblem(int Position, string Found, string Message, string Hint)
{
    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"at character {Position}: {Message}, not {(Found.Length == 0 ? "the end" : $"'{Found}'")} ({Hint})");
}
