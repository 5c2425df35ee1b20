namespace StreamSpanMetrics.Configuration;

/// <summary>Shape of a node.</summary>
internal enum SettingKind
{
    /// <summary>No value: an empty one, <c>~</c> or <c>null</c>.</summary>
    Null,

    /// <summary>A text, number or truth value; told apart when it is read.</summary>
    Scalar,

    /// <summary>A list.</summary>
    List,

    /// <summary>Keys with values.</summary>
    Mapping,
}
