using System.CommandLine;
using Confluent.Kafka;
using Spectre.Console;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Tests.Commands.Views;

public sealed class ViewRunnerTests : IDisposable
{
    private static readonly ViewOptions Once = new(Json: false, Interval: null);
    private static readonly ViewOptions Watch = new(Json: true, TimeSpan.FromTicks(1));

    private readonly StringWriter output = new() { NewLine = "\n" };
    private readonly StringWriter error = new() { NewLine = "\n" };
    private readonly CancellationTokenSource stop = new();
    private int looks;

    public void Dispose()
    {
        output.Dispose();
        error.Dispose();
        stop.Dispose();
    }

    [Fact]
    public async Task One_look_is_shown_once()
    {
        Assert.Equal(0, await Runner(_ => "fine").RunAsync(Once, stop.Token));
        Assert.Equal("fine\n", output.ToString());
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task A_look_at_something_broken_says_so_by_the_exit_code() =>
        Assert.Equal(4, await Runner(_ => "bad").RunAsync(Once, stop.Token));

    [Fact]
    public async Task Without_a_broker_there_is_one_line_and_exit_code_3()
    {
        ViewRunner<string> runner = Runner(_ => throw new KafkaException(new Error(ErrorCode.Local_Transport, "refused")));
        Assert.Equal(3, await runner.RunAsync(Once, stop.Token));
        Assert.Equal("no broker at localhost:9092 answered within 10 s: refused\n", error.ToString());
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public async Task An_application_that_never_started_ends_the_command_with_3()
    {
        ViewRunner<string> runner = Runner(_ => throw ViewException.NeverStarted("app", "there is no topic app.state"));
        Assert.Equal(3, await runner.RunAsync(Once, stop.Token));
        Assert.Equal("the application 'app' has never started: there is no topic app.state\n", error.ToString());
    }

    [Fact]
    public async Task Watching_gives_a_line_of_JSON_for_each_look_until_it_is_stopped()
    {
        Assert.Equal(0, await Runner(number => $"look {number}", last: 3).RunAsync(Watch, stop.Token));
        Assert.Equal("\"look 1\"\n\"look 2\"\n", output.ToString());
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task Watching_outlives_a_broker_that_goes_away()
    {
        ViewRunner<string> runner = Runner(
            number => number == 2 ? throw new KafkaException(new Error(ErrorCode.Local_TimedOut, "late")) : $"look {number}", last: 4);
        Assert.Equal(0, await runner.RunAsync(Watch, stop.Token));
        Assert.Equal("\"look 1\"\n\"look 3\"\n", output.ToString());
        Assert.Equal("no broker at localhost:9092 answered within 10 s: late\n", error.ToString());
    }

    // With the look of this number comes Ctrl-C.
    private ViewRunner<string> Runner(Func<int, string> look, int last = int.MaxValue) =>
        new(new ProcessorSettings(), new InvocationConfiguration { Output = output, Error = error }, TimeProvider.System)
        {
            Look = async (_, cancel) =>
            {
                looks++;
                if (looks == last)
                {
                    await stop.CancelAsync();
                    cancel.ThrowIfCancellationRequested();
                }

                return look(looks);
            },
            Render = text => new Text(text),
            Judge = text => text == "bad" ? ExitCode.Failed : ExitCode.Ok,
        };
}
