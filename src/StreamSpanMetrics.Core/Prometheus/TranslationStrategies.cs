namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>What the strategies have in common.</summary>
public static class TranslationStrategies
{
    /// <summary>Whether names keep every letter they have; such names need remote write 2.0.</summary>
    public static bool KeepsNames(this TranslationStrategy strategy) =>
        strategy is TranslationStrategy.NoUTF8EscapingWithSuffixes or TranslationStrategy.NoTranslation;

    /// <summary>Whether metric names get suffixes of unit and type.</summary>
    public static bool AddsSuffixes(this TranslationStrategy strategy) =>
        strategy is TranslationStrategy.NoUTF8EscapingWithSuffixes or TranslationStrategy.UnderscoreEscapingWithSuffixes;
}
