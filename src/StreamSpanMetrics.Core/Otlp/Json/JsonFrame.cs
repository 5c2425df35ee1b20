namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>An object or a list that is open.</summary>
internal struct JsonFrame
{
    /// <summary>The message that the object is; null for a list.</summary>
    public JsonMessage? Message;

    /// <summary>The field that the list belongs to; null for an object.</summary>
    public JsonField? List;

    /// <summary>Where the content of the message starts in the output.</summary>
    public int Start;

    /// <summary>Where its next field is looked for first.</summary>
    public int Expected;

    /// <summary>Whether a member or an element was read: a comma has to come before the next.</summary>
    public bool HasMembers;
}
