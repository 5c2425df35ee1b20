namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>How OTLP names become Prometheus names (prometheus/otlptranslator).</summary>
public enum TranslationStrategy
{
    /// <summary>Escapes to underscores, adds unit and type suffixes. The default.</summary>
    UnderscoreEscapingWithSuffixes,

    /// <summary>Escapes to underscores, adds nothing.</summary>
    UnderscoreEscapingWithoutSuffixes,
}
