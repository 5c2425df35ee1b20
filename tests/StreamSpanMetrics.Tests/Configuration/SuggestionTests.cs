using StreamSpanMetrics.Configuration;

namespace StreamSpanMetrics.Tests.Configuration;

public sealed class SuggestionTests
{
    private static readonly string[] Words = ["namespace", "histogram", "dimensions", "exclude_dimensions"];

    [Theory]
    [InlineData("namespce", "namespace")]
    [InlineData("Namespace", "namespace")]
    [InlineData("hsitogram", "histogram")]
    [InlineData("dimension", "dimensions")]
    [InlineData("exclude-dimensions", "exclude_dimensions")]
    public void The_nearest_word_is_found(string word, string meant)
    {
        Assert.Equal($"did you mean '{meant}'?", Suggestion.For(word, Words));
    }

    [Fact]
    public void A_far_word_lists_what_is_possible()
    {
        Assert.Equal("possible here: dimensions, exclude_dimensions, histogram, namespace", Suggestion.For("shards", Words));
    }

    [Fact]
    public void A_long_list_is_not_shown()
    {
        Assert.Null(Suggestion.For("shards", [.. Enumerable.Range(0, 13).Select(number => $"some_long_key_{number}")]));
    }
}
