namespace StreamSpanMetrics.Configuration;

/// <summary>Collects the problems of one file, each only once.</summary>
internal sealed class ProblemList(string file)
{
    private readonly List<ConfigurationProblem> problems = [];
    private readonly HashSet<ConfigurationProblem> seen = [];

    /// <summary>Whether any problem so far keeps the program from starting.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>Adds an error at <paramref name="node"/>.</summary>
    public void Error(SettingNode node, string path, string message, string? hint = null)
    {
        Add(new ConfigurationProblem(ProblemSeverity.Error, file, node.Line, node.Column, path, message, hint));
    }

    /// <summary>Adds a warning at <paramref name="node"/>.</summary>
    public void Warning(SettingNode node, string path, string message, string? hint = null)
    {
        Add(new ConfigurationProblem(ProblemSeverity.Warning, file, node.Line, node.Column, path, message, hint));
    }

    /// <summary>Adds an error about the file itself, or about a place in it that is no node.</summary>
    public void FileError(int line, int column, string message, string? hint = null)
    {
        Add(new ConfigurationProblem(ProblemSeverity.Error, file, line, column, "", message, hint));
    }

    /// <summary>All problems by line and column; those of one place in the order in which they were found.</summary>
    public IReadOnlyList<ConfigurationProblem> Sorted()
    {
        return [.. problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];
    }

    private void Add(ConfigurationProblem problem)
    {
        // A node that an alias repeats is read at each place, but stands in the file once.
        if (seen.Add(problem))
        {
            problems.Add(problem);
            HasErrors |= problem.Severity == ProblemSeverity.Error;
        }
    }
}
