using System.Text.RegularExpressions;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Configuration;

/// <summary>Settings that the README shows are settings.</summary>
public sealed partial class ReadmeTests
{
    // Not those with parts of the Collector's own file, nor those that name files which are not there.
    public static TheoryData<string> Blocks =>
    [
        .. from match in Block().Matches(RepositoryFile.Read("README.md").ReplaceLineEndings("\n"))
           let text = match.Groups[1].Value
           where text.Contains("connectors:", StringComparison.Ordinal) || text.StartsWith("stream:", StringComparison.Ordinal)
           select text,
    ];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_of_settings_has_no_error(string block)
    {
        // Some show only the section that they are about.
        string whole = block.Contains("connectors:", StringComparison.Ordinal) ? block : block + "\nconnectors: {span_metrics: {}}\n";
        ConfigurationResult result = SettingsFiles.Load(whole);

        Assert.True(result.Settings is not null, SettingsFiles.Text(result.Problems));
    }

    [Fact]
    public void The_count_connector_is_among_them() =>
        Assert.Contains(Blocks, block => SettingsFiles.Load(block.Data).Settings?.Connector.IsCount == true);

    [GeneratedRegex(@"(?<=^|\n)```yaml\n(.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
