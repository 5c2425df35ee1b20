using Spectre.Console;
using Spectre.Console.Rendering;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Commands.Views;

namespace StreamSpanMetrics.Tests.Commands.Views;

public sealed class ViewPrinterTests
{
    [Fact]
    public void Lag_shows_first_what_holds_the_step_back()
    {
        Assert.Equal(
            """
            app at 2026-11-27T12:00:00.000Z

            shard closed until seconds behind held by partition why
            0 1970-01-01T00:25:00.000Z 61.5 1 300 records wait to be aggregated

            group state members records behind seconds behind
            app.aggregate Stable 1 300 12.3

            source partition watermark seconds old merged up to
            0 2026-11-27T11:59:58.000Z 2.0 10
            1 2026-11-27T11:58:58.500Z 61.5 20

            topic partition committed end records behind seconds behind owner
            spans[red] 0 10 10 0 0.0 client@10.0.0.1 member-1
            spans[red] 1 20 320 300 12.3 client@10.0.0.1 member-1
            """,
            Text(LagPrinter.Render(Looks.Lag())));
    }

    [Fact]
    public void The_list_of_shards_has_a_row_each()
    {
        Assert.Equal(
            """
            app at 2026-11-27T12:00:00.000Z

            shard closed until series services snapshot age s to replay deltas offset state from state to problem
            0 2026-11-27T11:59:57.000Z 12 3 90.0 60 400 0 1000
            """,
            Text(StatePrinter.RenderList(Looks.Summaries())));
    }

    [Fact]
    public void Details_show_services_sources_and_rules_and_nothing_steers_the_terminal()
    {
        Assert.Equal(
            """
            app at 2026-11-27T12:00:00.000Z

            shard 0: closed until 2026-11-27T11:59:57.000Z, 12 series
            service series resources
            cart [red]�[2J 7 2
            shop/mail 4 1
            other services 1
            service at its limit limited resources spans and events in overflow series
            cart 1 400
            service label values (about)
            cart http.route (at its limit) 50
            shop/mail span.name 3000
            source partition expected offset watermark
            0 20 2026-11-27T11:59:58.000Z
            1 - -

            rules 00000000000000ff, written at the first start for spans
            shards 1
            interval_millis 15000
            """,
            Text(StatePrinter.RenderDetails(Looks.Details())));
    }

    [Fact]
    public void A_shard_that_cannot_be_restored_says_why()
    {
        ShardSummary broken = new() { Shard = 3, Problem = "cannot be restored: MissingChunk", StateStartOffset = 0, StateEndOffset = 9 };
        string text = Text(StatePrinter.RenderDetails(Looks.Details() with { Shards = [new ShardDetail(broken)] }));
        Assert.Contains("shard 3: closed until -, - series\nproblem: cannot be restored: MissingChunk\n", text, StringComparison.Ordinal);
    }

    // How wide a column is says nothing: runs of blanks become one.
    private static string Text(IRenderable view)
    {
        using StringWriter output = new() { NewLine = "\n" };
        IAnsiConsole console = Terminal.ForOutput(output);
        console.Write(view);
        Assert.DoesNotContain('\u001b', output.ToString());
        IEnumerable<string> lines = output.ToString().TrimEnd().Split('\n')
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        return string.Join('\n', lines);
    }
}
