using System.Globalization;

namespace StreamSpanMetrics.Demo;

/// <summary>The proof at the end of the demo: what was generated against what was counted. Immutable.</summary>
public sealed class DemoSummary
{
    private readonly IReadOnlyDictionary<OperationKey, OperationCount> generated;
    private readonly IReadOnlyDictionary<OperationKey, OperationCount> counted;
    private readonly List<string> differences = [];

    /// <summary>Compares, operation by operation, spans and errors.</summary>
    public DemoSummary(
        IReadOnlyDictionary<OperationKey, OperationCount> generated, IReadOnlyDictionary<OperationKey, OperationCount> counted)
    {
        this.generated = generated;
        this.counted = counted;
        List<OperationKey> keys = [.. generated.Keys.Union(counted.Keys)];
        keys.Sort(OperationKey.Compare);
        foreach (OperationKey key in keys)
        {
            OperationCount made = generated.GetValueOrDefault(key);
            OperationCount found = counted.GetValueOrDefault(key);
            if (made != found)
            {
                differences.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{key.Service} {key.SpanName} {key.SpanKind}: generated {made.Spans} ({made.Errors} errors), " +
                    $"counted {found.Spans} ({found.Errors} errors)"));
            }
        }
    }

    /// <summary>Whether every operation has the same number of spans and of errors on both sides.</summary>
    public bool IsEqual => differences.Count == 0;

    /// <summary>One line per operation that differs.</summary>
    public IReadOnlyList<string> Differences => differences;

    /// <summary>Writes the table per service, the sum and the verdict.</summary>
    public void Print(TextWriter output)
    {
        Dictionary<string, OperationCount> made = ByService(generated);
        Dictionary<string, OperationCount> found = ByService(counted);
        WriteRow(output, "service", "generated", "counted", "errors", "counted", "");
        foreach (string service in made.Keys.Union(found.Keys).Order(StringComparer.Ordinal))
        {
            WriteRow(output, service, made.GetValueOrDefault(service), found.GetValueOrDefault(service));
        }

        WriteRow(output, "all", Sum(generated.Values), Sum(counted.Values));
        output.WriteLine();
        foreach (string difference in differences)
        {
            output.WriteLine("different: " + difference);
        }

        string all = Text(Sum(generated.Values).Spans);
        string allCounted = Text(Sum(counted.Values).Spans);
        output.WriteLine(IsEqual
            ? $"Every span was counted once: {all} generated = {allCounted} counted, in all {generated.Count} operations, errors too."
            : $"The counts differ: {all} generated, {allCounted} counted, {differences.Count} operations differ.");
    }

    private static Dictionary<string, OperationCount> ByService(IReadOnlyDictionary<OperationKey, OperationCount> operations)
    {
        return operations.GroupBy(pair => pair.Key.Service)
            .ToDictionary(group => group.Key, group => Sum(group.Select(pair => pair.Value)));
    }

    private static OperationCount Sum(IEnumerable<OperationCount> counts)
    {
        return counts.Aggregate(default(OperationCount), (sum, count) => sum.Plus(count));
    }

    private static void WriteRow(TextWriter output, string name, OperationCount made, OperationCount found)
    {
        string verdict = made == found ? "equal" : "DIFFERENT";
        WriteRow(output, name, Text(made.Spans), Text(found.Spans), Text(made.Errors), Text(found.Errors), verdict);
    }

    private static void WriteRow(
        TextWriter output, string name, string spans, string counted, string errors, string countedErrors, string verdict)
    {
        string row = $"  {name,-16}  {spans,10}  {counted,10}  {errors,8}  {countedErrors,8}  {verdict}";
        output.WriteLine(row.TrimEnd());
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
