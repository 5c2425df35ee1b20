using System.CommandLine;
using StreamSpanMetrics.Benchmarks.Corpora;
using StreamSpanMetrics.Benchmarks.Measures;

namespace StreamSpanMetrics.Benchmarks;

/// <summary>The commands beside BenchmarkDotNet's own: each prints one line of figures for a whole room.</summary>
internal static class MeasureCommands
{
    /// <summary><c>corpus</c>: makes a corpus, so that anybody can repeat the figures.</summary>
    public static Command Corpus()
    {
        Option<string> file = new("--out") { Description = "File to write.", Required = true };
        Option<int> series = new("--series") { Description = "Series under the article's settings.", DefaultValueFactory = _ => 5000 };
        Option<int> perRecord = new("--spans-per-record") { Description = "Spans of each record.", DefaultValueFactory = _ => 100 };
        Option<int?> spans = new("--spans") { Description = "Spans in all; twice the series if not given, at least 200,000." };
        Option<int> seed = new("--seed") { Description = "Start of the random numbers.", DefaultValueFactory = _ => 1 };
        Option<bool> ascending = new("--ascending") { Description = "Fields in ascending order instead of the Collector's." };
        Command command = new("corpus", "Generates length-prefixed trace requests.") { file, series, perRecord, spans, seed, ascending };
        command.SetAction(parsed => CorpusFile.Write(parsed.GetValue(file)!, CorpusShape.ForSeries(
            parsed.GetValue(series),
            parsed.GetValue(perRecord),
            parsed.GetValue(spans),
            parsed.GetValue(seed),
            !parsed.GetValue(ascending))));
        return command;
    }

    /// <summary><c>pipeline</c>: the core over a corpus.</summary>
    public static Command Pipeline()
    {
        Option<string> corpus = new("--corpus") { Description = "File of length-prefixed requests.", Required = true };
        Option<double> seconds = new("--seconds") { Description = "How long to run.", DefaultValueFactory = _ => 5 };
        Option<bool> compare = new("--compare") { Description = "Also run Google.Protobuf's parse of the same bytes, by turns." };
        Option<bool> json = new("--json") { Description = "Also run the same requests as OTLP JSON, by turns." };
        Command command = new("pipeline", "Runs the core over a corpus in memory and prints one line.") { corpus, seconds, compare, json };
        command.SetAction(parsed => PipelineMeasure.Run(
            parsed.GetValue(corpus)!, parsed.GetValue(seconds), parsed.GetValue(compare), parsed.GetValue(json)));
        return command;
    }

    /// <summary><c>features</c>: the core with one feature more at a time.</summary>
    public static Command Features()
    {
        Option<string> corpus = new("--corpus") { Description = "File of length-prefixed requests.", Required = true };
        Option<double> seconds = new("--seconds") { Description = "How long to run each.", DefaultValueFactory = _ => 2 };
        Command command = new("features", "What a feature costs the core: a line for each, run by turns.") { corpus, seconds };
        command.SetAction(parsed => FeatureMeasure.Run(parsed.GetValue(corpus)!, parsed.GetValue(seconds)));
        return command;
    }

    /// <summary><c>merge</c>: a shard of merge.</summary>
    public static Command Merge()
    {
        Option<int> series = new("--series") { Description = "Series of the shard.", DefaultValueFactory = _ => 200_000 };
        Command command = new("merge", "Memory, closing and restore of a shard with 16 buckets and three labels.") { series };
        command.SetAction(parsed => MergeMeasure.Run(parsed.GetValue(series)));
        return command;
    }

    /// <summary><c>restore</c>: a shard of merge from its snapshot.</summary>
    public static Command Restore()
    {
        Option<int> series = new("--series") { Description = "Series of the shard.", DefaultValueFactory = _ => 1_000_000 };
        Command command = new("restore", "From snapshot chunks in memory to a shard that is ready.") { series };
        command.SetAction(parsed => RestoreMeasure.Run(parsed.GetValue(series)));
        return command;
    }

    /// <summary><c>export</c>: a step of points on its way to remote write.</summary>
    public static Command Export()
    {
        Option<int> series = new("--series") { Description = "Series of the shard.", DefaultValueFactory = _ => 200_000 };
        Command command = new("export", "From point records to compressed remote-write requests, in memory.") { series };
        command.SetAction(parsed => ExportMeasure.Run(parsed.GetValue(series)));
        return command;
    }

    /// <summary><c>sizing</c>: what a deployment needs.</summary>
    public static Command Sizing()
    {
        Option<int> series = new("--series") { Description = "Label sets of spans; a hundred make a service.", DefaultValueFactory = _ => 30_000 };
        Option<int> spans = new("--spans-per-second") { Description = "Spans per second.", DefaultValueFactory = _ => 20_000 };
        Option<int> partitions = new("--partitions") { Description = "Partitions of the span topic.", DefaultValueFactory = _ => 8 };
        Option<int> shards = new("--shards") { Description = "Shards.", DefaultValueFactory = _ => 4 };
        Option<int> step = new("--step") { Description = "Seconds of a step.", DefaultValueFactory = _ => 15 };
        Command command = new("sizing", "What topics, memory and remote write get.") { series, spans, partitions, shards, step };
        command.SetAction(parsed => SizingMeasure.Run(new SizingCase(
            parsed.GetValue(series),
            parsed.GetValue(spans),
            parsed.GetValue(partitions),
            parsed.GetValue(shards),
            parsed.GetValue(step),
            Math.Max(1, parsed.GetValue(step) / 5))));
        return command;
    }
}
