using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

public sealed class LabelNamerTests
{
    [Theory]
    [InlineData("http.method", "http_method")]
    [InlineData("123x", "key_123x")]
    [InlineData("_p", "key_p")]
    [InlineData("__r__", "__r__")]
    [InlineData("a..b", "a_b")]
    [InlineData("c__d", "c_d")]
    [InlineData("__y", "key_y")]
    [InlineData("-lead", "key_lead")]
    [InlineData("日本", "key_")]
    [InlineData("______", "key_")]
    [InlineData("_", "key_")]
    [InlineData("__a.b__", "__a_b__")]
    [InlineData("a🚀b", "a_b")]
    [InlineData("", "")]
    public void Names_are_those_that_the_collector_was_seen_to_give(string attribute, string expected) =>
        Assert.Equal(expected, LabelNamer.Name(attribute));

    [Theory]
    [InlineData("http.method")]
    [InlineData("日本")]
    [InlineData("__y")]
    [InlineData("1")]
    public void Names_are_kept_where_the_strategy_says_so(string attribute)
    {
        Assert.Equal(attribute, LabelNamer.Name(attribute, TranslationStrategy.NoTranslation));
        Assert.Equal(attribute, LabelNamer.Name(attribute, TranslationStrategy.NoUTF8EscapingWithSuffixes));
        Assert.Equal(LabelNamer.Name(attribute), LabelNamer.Name(attribute, TranslationStrategy.UnderscoreEscapingWithoutSuffixes));
    }
}
