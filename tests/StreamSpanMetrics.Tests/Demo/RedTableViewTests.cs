using Spectre.Console;
using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Tests.Demo;

public sealed class RedTableViewTests
{
    private static readonly DateTimeOffset now = new(2026, 1, 2, 3, 5, 0, TimeSpan.Zero);

    [Fact]
    public void Plain_lines_are_aligned_and_end_with_what_was_left_out()
    {
        RedFrame frame = Frame(3) with { StruckService = "service-1" };
        Assert.Equal(
            [
                "00:01:00  spans/s in 2000  generated 120000  counted 90000  points of 03:04:48Z  lag 12.0 s  error burst in service-1",
                "  service    operation  kind    rate/s  errors  p50 ms  p95 ms  p99 ms  calls",
                "  service-0  GET /0     server    10.0    0.0%     1.5       -       -    100",
                "  service-1  GET /1     server     9.0   12.5%     1.5       -       -    100",
                "  and 1 more operations",
            ],
            PlainRedText.Lines(frame, 2));
    }

    [Fact]
    public void Before_the_first_points_the_headline_says_what_to_wait_for()
    {
        RedFrame frame = Frame(0) with { PointUnixNanos = 0, SpansCounted = 0 };
        string line = Assert.Single(PlainRedText.Lines(frame, 5));
        Assert.EndsWith("first points come after the first step", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(12)]
    [InlineData(50)]
    public void The_live_table_fits_the_terminal(int height)
    {
        string text = Render(Frame(100), 120, height);
        string[] lines = text.TrimEnd('\n').Split('\n');
        Assert.True(lines.Length < height, $"{lines.Length} lines in {height}");
        Assert.Equal(height - 8, lines.Count(line => line.Contains("GET /", StringComparison.Ordinal)));
        Assert.Contains("http://127.0.0.1:9464/series", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    public void A_narrow_terminal_loses_columns_but_breaks_no_row(int width)
    {
        OperationKey longNames = new("recommendation", "shop.Recommendation/List and a lot more", "SPAN_KIND_SERVER");
        RedRow wide = Row(0) with { Key = longNames };
        string text = Render(Frame(0) with { Rows = [wide, .. Frame(100).Rows] }, width, 20);
        string[] lines = text.TrimEnd('\n').Split('\n');
        Assert.True(lines.Length < 20, text);
        Assert.All(lines, line => Assert.True(line.TrimEnd().Length <= width, line));
        Assert.Equal(11, lines.Count(line => line.Contains("GET /", StringComparison.Ordinal)));
        Assert.Contains("rate/s", text, StringComparison.Ordinal);
        Assert.Contains("12.5%", text, StringComparison.Ordinal);
        Assert.Equal(width >= 60, text.Contains("p95 ms", StringComparison.Ordinal));
    }

    [Fact]
    public void Control_characters_in_names_do_not_reach_the_terminal()
    {
        RedRow evil = Row(0) with { Key = new OperationKey("s\u001b[2J", "a\nb", "SPAN_KIND_SERVER") };
        RedFrame frame = Frame(0) with { Rows = [evil] };
        Assert.DoesNotContain('\u001b', Render(frame, 120, 20));
        Assert.All(PlainRedText.Lines(frame, 5), line => Assert.DoesNotContain(line, char.IsControl));
    }

    [Fact]
    public void Without_a_terminal_there_are_no_control_codes_and_nothing_is_live()
    {
        StringWriter output = new();
        IAnsiConsole console = RedTableView.CreateConsole(output, isTerminal: false, _ => null);
        Assert.False(new RedTableView(console, TimeProvider.System).IsLive);
        console.Write(RedTableLayout.Build(Frame(5), 80, 30));
        Assert.DoesNotContain('\u001b', output.ToString());
    }

    [Fact]
    public void No_color_is_honoured()
    {
        IAnsiConsole console = RedTableView.CreateConsole(new StringWriter(), isTerminal: true, name => name == "NO_COLOR" ? "1" : null);
        Assert.Equal(ColorSystem.NoColors, console.Profile.Capabilities.ColorSystem);
    }

    [Fact]
    public async Task Stopping_prints_a_last_block()
    {
        StringWriter output = new();
        RedTableView view = new(RedTableView.CreateConsole(output, isTerminal: false, _ => null), TimeProvider.System);
        using CancellationTokenSource stop = new();
        Task running = view.RunAsync(() => Frame(1), stop.Token);
        await stop.CancelAsync();
        await running;
        string[] lines = output.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal("series: http://127.0.0.1:9464/series", lines[0]);
        Assert.StartsWith("  service-0", lines[^1], StringComparison.Ordinal);
        Assert.Equal(4, lines.Length);
    }

    private static string Render(RedFrame frame, int width, int height)
    {
        StringWriter output = new();
        IAnsiConsole console = RedTableView.CreateConsole(output, isTerminal: false, _ => null);
        console.Profile.Width = width;
        console.Write(RedTableLayout.Build(frame, width, height));
        return output.ToString();
    }

    private static RedFrame Frame(int rows) => new()
    {
        Now = now,
        Elapsed = TimeSpan.FromSeconds(60),
        SpansGenerated = 120_000,
        SpansCounted = 90_000,
        PointUnixNanos = (now.ToUnixTimeSeconds() - 12) * 1_000_000_000,
        Rows = [.. Enumerable.Range(0, rows).Select(Row)],
        Note = "series: http://127.0.0.1:9464/series",
    };

    private static RedRow Row(int index) => new(
        new OperationKey($"service-{index}", $"GET /{index}", "SPAN_KIND_SERVER"),
        10 - index,
        index == 1 ? 0.125 : 0,
        1.5,
        double.NaN,
        double.NaN,
        new OperationCount(100, 0),
        Stale: false);
}
