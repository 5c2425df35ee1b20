using System.CommandLine;
using StreamSpanMetrics.Configuration;

namespace StreamSpanMetrics.Commands;

/// <summary><c>validate</c>: says everything that is wrong with a settings file, without starting anything.</summary>
public static class ValidateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Func<string, string?>? environment = null)
    {
        SettingsOption config = new(environment: environment);
        Option<string> output = new("--output") { Description = "Form of the answer.", DefaultValueFactory = _ => "text" };
        output.AcceptOnlyFromAmong("text", "json");
        Command command = new("validate", "Check a settings file and print all its problems.") { config, output };
        command.SetAction(parsed => Run(config.Read(parsed), parsed.GetValue(output) == "json", parsed));
        return command;
    }

    private static int Run(ConfigurationResult result, bool json, ParseResult parsed)
    {
        TextWriter writer = parsed.InvocationConfiguration.Output;
        if (json)
        {
            ProblemPrinter.PrintJson(result, writer);
        }
        else
        {
            ProblemPrinter.PrintText(result.Problems, writer);
            writer.WriteLine(Summary(result));
        }

        return result.Settings is null ? ExitCode.BadConfiguration : ExitCode.Ok;
    }

    private static string Summary(ConfigurationResult result)
    {
        int errors = result.Problems.Count(problem => problem.Severity == ProblemSeverity.Error);
        int warnings = result.Problems.Count - errors;
        string verdict = result.Settings is null ? "not usable" : "ok";
        return FormattableString.Invariant($"{verdict}: {Count(errors, "error")}, {Count(warnings, "warning")}");
    }

    private static string Count(int count, string noun) => FormattableString.Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");
}
