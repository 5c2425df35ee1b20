using System.CommandLine;

namespace StreamSpanMetrics.Benchmarks.Fuzzing;

/// <summary><c>fuzz</c>: everything that reads bytes of strangers, under long mutation.</summary>
internal static class FuzzCommand
{
    private static readonly Dictionary<string, Func<IFuzzTarget>> Targets = new(StringComparer.Ordinal)
    {
        ["reader"] = () => new ReaderTarget(),
        ["json"] = () => new JsonTarget(),
        ["blocks"] = () => new BlocksTarget(),
        ["state"] = () => new StateTarget(),
        ["settings"] = () => new SettingsTarget(),
    };

    /// <summary>The command.</summary>
    public static Command Make()
    {
        Option<long> inputs = new("--inputs") { Description = "Inputs for each target.", DefaultValueFactory = _ => 100_000 };
        Option<int> seed = new("--seed") { Description = "Start of the random numbers.", DefaultValueFactory = _ => 1 };
        Option<string[]> only = new("--target")
        {
            Description = "Targets; all if not given.", DefaultValueFactory = _ => [.. Targets.Keys], AllowMultipleArgumentsPerToken = true,
        };
        only.AcceptOnlyFromAmong([.. Targets.Keys]);
        Command command = new("fuzz", "Feeds readers with mutated input: none may crash, hang or grow.") { inputs, seed, only };
        command.SetAction(parsed =>
        {
            bool good = true;
            foreach (string name in parsed.GetValue(only)!)
            {
                good &= new Fuzzer(Targets[name](), parsed.GetValue(seed)).Run(parsed.GetValue(inputs));
            }

            return good ? 0 : 1;
        });
        return command;
    }
}
