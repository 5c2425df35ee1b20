namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>How OTLP names become Prometheus names (prometheus/otlptranslator). The two that keep names need remote write 2.0.</summary>
public enum TranslationStrategy
{
    /// <summary>Escapes to underscores, adds unit and type suffixes. The default.</summary>
    UnderscoreEscapingWithSuffixes,

    /// <summary>Escapes to underscores, adds nothing.</summary>
    UnderscoreEscapingWithoutSuffixes,

    /// <summary>Keeps names as they are (any UTF-8), adds unit and type suffixes.</summary>
    NoUTF8EscapingWithSuffixes,

    /// <summary>Keeps names as they are, adds nothing.</summary>
    NoTranslation,
}
