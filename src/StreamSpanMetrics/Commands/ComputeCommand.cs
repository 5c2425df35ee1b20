using System.CommandLine;
using System.CommandLine.Parsing;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Commands;

/// <summary>
/// <c>compute</c>: the totals of OTLP files on standard output, by the path that the stages use, without Kafka and without a clock. A
/// record that cannot be counted is named on the error stream and the others are counted; the command then ends with
/// <see cref="ExitCode.Failed"/>.
/// </summary>
public static class ComputeCommand
{
    private const string OpenMetrics = "openmetrics";
    private const string OtlpJson = "otlp-json";

    /// <summary>The command.</summary>
    public static Command Create(Func<string, string?>? environment = null)
    {
        SettingsOption config = new(environment: environment) { NeedsReceiver = false };
        Option<string> output = new("--output")
        {
            Description = "Form of the totals: the series that remote write would send, or OTLP metrics.",
            DefaultValueFactory = _ => OpenMetrics,
        };
        output.AcceptOnlyFromAmong(OpenMetrics, OtlpJson);
        Argument<string[]> inputs = new("INPUT")
        {
            Description = "Files as the Collector's file exporter writes them: .json or .jsonl (one request per line), .binpb or .pb.",
            Arity = ArgumentArity.OneOrMore,
        };
        inputs.Validators.Add(CheckInputs);
        Command command = new("compute", "Compute the totals of OTLP files, without Kafka.") { config, output, inputs };
        command.SetAction((parsed, stop) => config.TryLoad(parsed, out ProcessorSettings? settings)
            ? Interruption.RunAsync(
                inner => RunAsync(
                    settings, parsed.GetValue(inputs) ?? [], parsed.GetValue(output) == OtlpJson, parsed.InvocationConfiguration, inner),
                stop)
            : Task.FromResult(ExitCode.BadConfiguration));
        return command;
    }

    // Before anything is read: a long computation should not end at its last argument.
    private static void CheckInputs(ArgumentResult result)
    {
        foreach (Token token in result.Tokens)
        {
            string path = token.Value;
            if (!File.Exists(path))
            {
                result.AddError(Directory.Exists(path) ? $"{path} is a folder, not a file" : $"{path}: there is no such file");
            }
            else if (!SpanFile.IsKnown(path))
            {
                result.AddError($"{path}: the name does not tell the format; it has to end in {SpanFile.KnownExtensions}");
            }
        }
    }

    private static async Task<int> RunAsync(
        ProcessorSettings settings, string[] inputs, bool json, InvocationConfiguration console, CancellationToken stop)
    {
        TotalsComputation computation = new(settings);
        int problems = await ProgressView.RunAsync(
            Terminal.ForError(console.Error),
            TimeProvider.System,
            progress => Task.FromResult(ReadAll(settings, inputs, computation, progress, stop))).ConfigureAwait(false);
        await WriteDropsAsync(computation, console.Error).ConfigureAwait(false);

        // From here on the result is written whole, unless the process is killed: half of it could pass for all of it.
        if (json)
        {
            computation.WriteOtlpJson(console.Output);
        }
        else
        {
            computation.WriteOpenMetrics(console.Output);
        }

        return problems == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task WriteDropsAsync(TotalsComputation computation, TextWriter output)
    {
        List<(string Spans, long Count)> drops =
        [
            ("spans without service.name that were dropped, as the settings say", computation.DroppedSpans),
            ("spans for which no rule of stream.filter.include holds", computation.Filtered.NotIncluded),
        ];
        for (int rule = 1; rule <= computation.Filtered.ExcludeCount; rule++)
        {
            drops.Add(($"spans dropped by rule {rule} of stream.filter.exclude", computation.Filtered.Excluded(rule)));
        }

        foreach ((string spans, long count) in drops)
        {
            if (count > 0)
            {
                await output.WriteLineAsync($"{spans}: {count}").ConfigureAwait(false);
            }
        }
    }

    private static int ReadAll(
        ProcessorSettings settings, string[] inputs, TotalsComputation computation, ProgressView progress, CancellationToken stop)
    {
        int problems = 0;
        foreach (string path in inputs)
        {
            InputProblems found = new(path, progress.WriteLine);
            Read(path, settings.Stream.MaxRecordBytes, computation, found, progress, stop);
            found.Close();
            problems += found.Count;
        }

        computation.Complete();
        return problems;
    }

    private static void Read(
        string path, int maxRecordBytes, TotalsComputation computation, InputProblems problems, ProgressView progress, CancellationToken stop)
    {
        try
        {
            using SpanFile file = SpanFile.Open(path, maxRecordBytes);
            while (file.MoveNext())
            {
                stop.ThrowIfCancellationRequested();
                if (file.Progress is (long read, long length))
                {
                    progress.Report(path, read, length, "bytes");
                }

                string? problem = file.Problem;
                if (problem is null)
                {
                    DecodeProblem broken = computation.Add(file.Record);
                    problem = broken.Exists ? $"is no OTLP trace request: {broken}" : null;
                }

                if (problem is not null)
                {
                    problems.Add(file.Place, problem);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add("", "could not be read: " + exception.Message);
        }
    }
}
