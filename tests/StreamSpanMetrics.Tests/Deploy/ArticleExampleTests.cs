using System.Text.Json.Nodes;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Deploy;

/// <summary>The example promises the article's file with three additions.</summary>
public sealed class ArticleExampleTests
{
    [Fact]
    public void The_example_is_the_articles_file_and_what_it_says_is_added()
    {
        JsonObject example = YamlAsJson.Read("examples/article/spanmetrics.yaml");
        Assert.True(example["receivers"]!.AsObject().Remove("kafka"));
        Assert.True(example.Remove("stream"));
        JsonArray receivers = example["service"]!["pipelines"]!["traces"]!["receivers"]!.AsArray();
        Assert.Equal("kafka", receivers[0]!.GetValue<string>());
        receivers.RemoveAt(0);

        JsonNode article = YamlAsJson.Convert(FixtureFiles.ReadText("article.yaml"))!;
        Assert.Equal(article.ToJsonString(), example.ToJsonString());
        Assert.Equal(3, RepositoryFile.Read("examples/article/spanmetrics.yaml").Split("# added: ").Length - 1);
    }
}
