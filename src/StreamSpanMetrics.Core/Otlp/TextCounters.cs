namespace StreamSpanMetrics.Core.Otlp;

/// <summary>What had to be mended while values were turned into text.</summary>
public sealed class TextCounters
{
    /// <summary>Texts with invalid UTF-8, mended with U+FFFD.</summary>
    public long InvalidUtf8 { get; set; }

    /// <summary>Values nested deeper than <see cref="AnyValueText.MaxDepth"/>, cut with an ellipsis.</summary>
    public long TooDeep { get; set; }

    /// <summary>Names and values cut because they were too long.</summary>
    public long TooLong { get; set; }

    /// <summary>Values whose bytes are no AnyValue; they count as absent.</summary>
    public long Malformed { get; set; }
}
