namespace StreamSpanMetrics.Commands;

/// <summary>Prints what is wrong with one input: the first problems one by one, the rest as a number.</summary>
internal sealed class InputProblems(string path, Action<string> writeLine)
{
    private const int MostPrinted = 20;

    /// <summary>Problems so far.</summary>
    public int Count { get; private set; }

    /// <summary>Notes a problem; <paramref name="place"/> is empty for the file as a whole.</summary>
    public void Add(string place, string problem)
    {
        Count++;
        if (Count <= MostPrinted)
        {
            writeLine(place.Length == 0 ? $"{path}: {problem}" : $"{path}: {place} {problem}");
        }
    }

    /// <summary>Says how many problems were not printed.</summary>
    public void Close()
    {
        if (Count > MostPrinted)
        {
            writeLine($"{path}: and {Count - MostPrinted} more");
        }
    }
}
