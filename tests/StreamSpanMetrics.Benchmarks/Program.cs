using System.CommandLine;
using BenchmarkDotNet.Running;
using StreamSpanMetrics.Benchmarks;

string[] measures = ["corpus", "pipeline", "merge", "sizing"];
if (args.Length > 0 && measures.Contains(args[0]))
{
    RootCommand root = new("Benchmarks of StreamSpanMetrics")
    {
        MeasureCommands.Corpus(), MeasureCommands.Pipeline(), MeasureCommands.Merge(), MeasureCommands.Sizing(),
    };
    return root.Parse(args).Invoke();
}

BenchmarkSwitcher.FromAssembly(typeof(MeasureCommands).Assembly).Run(args);
return 0;
