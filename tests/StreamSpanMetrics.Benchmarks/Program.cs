using System.CommandLine;
using BenchmarkDotNet.Running;
using StreamSpanMetrics.Benchmarks;

if (args.Length > 0 && args[0] == "pipeline")
{
    Option<string> corpus = new("--corpus") { Description = "File of length-prefixed requests", Required = true };
    Option<double> seconds = new("--seconds") { Description = "How long to run", DefaultValueFactory = _ => 5 };
    Command pipeline = new("pipeline", "Runs the core over a corpus in memory and prints one line") { corpus, seconds };
    pipeline.SetAction(result => PipelineBenchmark.Run(result.GetValue(corpus)!, result.GetValue(seconds)));
    RootCommand root = new("Benchmarks of StreamSpanMetrics") { pipeline };
    return root.Parse(args).Invoke();
}

BenchmarkSwitcher.FromAssembly(typeof(PipelineBenchmark).Assembly).Run(args);
return 0;
