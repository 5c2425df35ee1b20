using System.CommandLine;
using Confluent.Kafka;
using Spectre.Console;
using Spectre.Console.Rendering;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>Looks once or again and again and shows what there is, as a table or as JSON.</summary>
internal sealed class ViewRunner<T>
{
    private readonly ProcessorSettings settings;
    private readonly TextWriter output;
    private readonly IAnsiConsole console;
    private readonly TextWriter error;
    private readonly TimeProvider time;

    public ViewRunner(ProcessorSettings settings, InvocationConfiguration streams, TimeProvider time)
    {
        this.settings = settings;
        this.time = time;
        output = streams.Output;
        error = streams.Error;
        console = Terminal.ForOutput(output);
    }

    /// <summary>Takes a look; reports how far it is if it may.</summary>
    public required Func<ProgressView?, CancellationToken, Task<T>> Look { get; init; }

    /// <summary>What a look shows a person.</summary>
    public required Func<T, IRenderable> Render { get; init; }

    /// <summary>Exit code of a look that succeeded.</summary>
    public Func<T, int> Judge { get; init; } = _ => ExitCode.Ok;

    /// <summary>Runs to the end, or until <paramref name="stop"/>; returns the exit code.</summary>
    public async Task<int> RunAsync(ViewOptions options, CancellationToken stop)
    {
        try
        {
            IAnsiConsole progress = Terminal.ForError(error);
            T first = await ProgressView.RunAsync(progress, time, view => Look(view, stop)).ConfigureAwait(false);
            if (options.Interval is not TimeSpan interval)
            {
                Print(first, options.Json, isWatch: false);
                return Judge(first);
            }

            await WatchAsync(first, options.Json, interval, stop).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (KafkaException exception)
        {
            return BrokerFailure.Print(exception, settings, error);
        }
        catch (ViewException exception)
        {
            await error.WriteLineAsync(exception.Message).ConfigureAwait(false);
            return exception.ExitCode;
        }
    }

    private async Task WatchAsync(T first, bool json, TimeSpan interval, CancellationToken stop)
    {
        bool isLive = !json && console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi;
        if (!isLive)
        {
            await WatchAsync(first, interval, (look, problem) => Append(look, problem, json), stop).ConfigureAwait(false);
            return;
        }

        await console.Live(Render(first)).Overflow(VerticalOverflow.Crop).StartAsync(live => WatchAsync(
            first,
            interval,
            (look, problem) => live.UpdateTarget(
                problem.Length == 0 ? Render(look) : new Rows(new Text(Printable.Of(problem), new Style(Color.Red)), Render(look))),
            stop)).ConfigureAwait(false);
    }

    // A broker that goes away while somebody watches is waited for: the view says so and looks again.
    private async Task WatchAsync(T first, TimeSpan interval, Action<T, string> show, CancellationToken stop)
    {
        T last = first;
        string problem = "";
        while (true)
        {
            show(last, problem);
            try
            {
                await Task.Delay(interval, time, stop).ConfigureAwait(false);
                last = await Look(null, stop).ConfigureAwait(false);
                problem = "";
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (KafkaException exception)
            {
                using StringWriter line = new();
                BrokerFailure.Print(exception, settings, line);
                problem = line.ToString().TrimEnd();
            }
            catch (ViewException exception)
            {
                problem = exception.Message;
            }
        }
    }

    private void Append(T look, string problem, bool json)
    {
        if (problem.Length > 0)
        {
            error.WriteLine(problem);
        }
        else
        {
            Print(look, json, isWatch: true);
        }
    }

    // In one piece: an interrupted command must not leave half a document.
    private void Print(T look, bool json, bool isWatch)
    {
        if (json)
        {
            output.Write(ViewJson.Serialize(look, onOneLine: isWatch) + "\n");
        }
        else
        {
            console.Write(Render(look));
            output.WriteLine();
        }

        output.Flush();
    }
}
