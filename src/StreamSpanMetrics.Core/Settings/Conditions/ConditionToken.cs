namespace StreamSpanMetrics.Core.Settings.Conditions;


/// <summary>A part of a condition.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Position">Place of its first character, from 0.</param>
/// <param name="Written">As it was written.</param>
/// <param name="Text">The text that it stands for, if it is one in quotes.</param>
internal readonly record struct ConditionToken(ConditionTokenKind Kind, int Position, string Written, string Text = "")
{
    /// <summary>Whether it is this sign or word.</summary>
    public bool Is(string signOrWord) => Kind is ConditionTokenKind.Sign or ConditionTokenKind.Word && Written == signOrWord;
}
