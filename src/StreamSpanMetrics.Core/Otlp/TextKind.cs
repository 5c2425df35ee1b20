namespace StreamSpanMetrics.Core.Otlp;

/// <summary>Kind of an attribute value as far as it matters for a label: arrays, maps and bytes are their text.</summary>
public enum TextKind
{
    /// <summary>No value, or an empty text: the same to Prometheus (P-5).</summary>
    Absent = 0,

    /// <summary>A text, or the text of an array, a map or bytes.</summary>
    String = 1,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Bool = 2,

    /// <summary>A decimal 64-bit integer.</summary>
    Int = 3,

    /// <summary>A double.</summary>
    Double = 4,
}
