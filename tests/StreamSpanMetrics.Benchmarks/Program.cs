using System.CommandLine;
using BenchmarkDotNet.Running;
using StreamSpanMetrics.Benchmarks;
using StreamSpanMetrics.Benchmarks.Fuzzing;
using StreamSpanMetrics.Benchmarks.Simulations;
using StreamSpanMetrics.Benchmarks.Topics;

RootCommand root = new("Benchmarks of StreamSpanMetrics")
{
    MeasureCommands.Corpus(), MeasureCommands.Pipeline(), MeasureCommands.Features(), MeasureCommands.Merge(), MeasureCommands.Restore(),
    MeasureCommands.Export(), MeasureCommands.Sizing(), TopicCommands.Topic(), TopicCommands.Bare(), FuzzCommand.Make(),
    SimulationCommands.Simulate(),
};
if (args.Length > 0 && root.Subcommands.Any(command => command.Name == args[0]))
{
    return await root.Parse(args).InvokeAsync();
}

BenchmarkSwitcher.FromAssembly(typeof(MeasureCommands).Assembly).Run(args);
return 0;
