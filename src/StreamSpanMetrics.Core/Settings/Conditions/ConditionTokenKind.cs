namespace StreamSpanMetrics.Core.Settings.Conditions;


/// <summary>What a part of a condition is.</summary>
internal enum ConditionTokenKind
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>Letters, digits and underscores.</summary>
    Word,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a decimal point.</summary>
    Double,

    /// <summary>A text in double quotes.</summary>
    Text,

    /// <summary>A comparison, a bracket, a point or a comma.</summary>
    Sign,

    /// <summary>Anything else.</summary>
    Unknown,
}
