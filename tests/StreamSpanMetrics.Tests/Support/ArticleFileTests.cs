using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Support;

public sealed class ArticleFileTests
{
    [Fact]
    public void The_article_file_is_at_hand_for_the_settings()
    {
        string yaml = FixtureFiles.ReadText("article.yaml");
        Assert.Contains("spanmetrics:", yaml, StringComparison.Ordinal);
        Assert.Contains("prometheusremotewrite", yaml, StringComparison.Ordinal);
    }
}
