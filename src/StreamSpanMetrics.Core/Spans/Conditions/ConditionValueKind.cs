namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>What kind of value is compared.</summary>
public enum ConditionValueKind
{
    /// <summary>No value: nil, an attribute that is absent, or one without a value.</summary>
    Nil,

    /// <summary>A text.</summary>
    Text,

    /// <summary>A truth value.</summary>
    Flag,

    /// <summary>A whole number of 64 bits.</summary>
    Integer,

    /// <summary>A double.</summary>
    Double,

    /// <summary>Bytes, an array or a map: equal to no literal.</summary>
    Other,
}
