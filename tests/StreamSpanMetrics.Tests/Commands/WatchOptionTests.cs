using System.CommandLine;
using StreamSpanMetrics.Commands;

namespace StreamSpanMetrics.Tests.Commands;

public sealed class WatchOptionTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("--watch", 2000)]
    [InlineData("--watch=500ms", 500)]
    [InlineData("--watch 1m", 60_000)]
    public void The_time_between_looks(string commandLine, int? milliseconds)
    {
        WatchOption watch = new();
        ParseResult parsed = new RootCommand { watch }.Parse(commandLine);
        Assert.Empty(parsed.Errors);
        Assert.Equal(milliseconds, watch.Interval(parsed)?.TotalMilliseconds);
    }

    [Theory]
    [InlineData("--watch=2")]
    [InlineData("--watch=0s")]
    [InlineData("--watch=-1s")]
    [InlineData("--watch=often")]
    public void What_is_no_duration_is_refused(string commandLine)
    {
        string message = Assert.Single(new RootCommand { new WatchOption() }.Parse(commandLine).Errors).Message;
        Assert.StartsWith("--watch must be a duration of at least 100ms", message, StringComparison.Ordinal);
    }
}
