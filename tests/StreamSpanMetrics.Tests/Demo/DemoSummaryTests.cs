using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Tests.Demo;

public sealed class DemoSummaryTests
{
    private static readonly OperationKey list = new("catalog", "list", "SPAN_KIND_SERVER");
    private static readonly OperationKey pay = new("payment", "pay", "SPAN_KIND_SERVER");

    [Fact]
    public void Equal_counts_are_a_proof()
    {
        DemoSummary summary = new(
            new Dictionary<OperationKey, OperationCount> { [list] = new(10, 1), [pay] = new(5, 0) },
            new Dictionary<OperationKey, OperationCount> { [pay] = new(5, 0), [list] = new(10, 1) });
        Assert.True(summary.IsEqual);
        Assert.Empty(summary.Differences);
        string text = Print(summary);
        Assert.Contains("15 generated = 15 counted", text, StringComparison.Ordinal);
        Assert.DoesNotContain("DIFFERENT", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_operation_that_differs_is_listed()
    {
        DemoSummary summary = new(
            new Dictionary<OperationKey, OperationCount> { [list] = new(10, 1), [pay] = new(5, 0) },
            new Dictionary<OperationKey, OperationCount> { [list] = new(9, 1) });
        Assert.False(summary.IsEqual);
        Assert.Equal(
            [
                "catalog list SPAN_KIND_SERVER: generated 10 (1 errors), counted 9 (1 errors)",
                "payment pay SPAN_KIND_SERVER: generated 5 (0 errors), counted 0 (0 errors)",
            ],
            summary.Differences);
        string text = Print(summary);
        Assert.Contains("The counts differ: 15 generated, 9 counted, 2 operations differ.", text, StringComparison.Ordinal);
        Assert.Contains("DIFFERENT", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_that_moved_between_operations_do_not_cancel_out()
    {
        DemoSummary summary = new(
            new Dictionary<OperationKey, OperationCount> { [list] = new(5, 1), [pay] = new(5, 0) },
            new Dictionary<OperationKey, OperationCount> { [list] = new(5, 0), [pay] = new(5, 1) });
        Assert.False(summary.IsEqual);
        Assert.Equal(2, summary.Differences.Count);
    }

    private static string Print(DemoSummary summary)
    {
        StringWriter output = new();
        summary.Print(output);
        return output.ToString();
    }
}
