using System.Text;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Core.Tests.Totals;

public sealed class DistinctEstimateTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(5_000)]
    [InlineData(300_000)]
    public void The_estimate_is_near_and_what_comes_again_does_not_count(int distinct)
    {
        DistinctEstimate estimate = new();
        for (int i = 0; i < distinct * 2; i++)
        {
            estimate.Add(ByteHash.Of(Encoding.UTF8.GetBytes("GET /item/" + (i % Math.Max(distinct, 1)))));
        }

        // Four times the standard error.
        Assert.InRange(estimate.Count(), distinct * 0.87, distinct * 1.13);
    }
}
