using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Tests.Demo;

public sealed class BucketQuantileTests
{
    private static readonly double[] bounds = [10, 20, 50];

    // By hand: 10 values up to 10, 20 up to 20, 10 up to 50. Rank 20 is the 10th of 20 in (10, 20]: 10 + 10 * 10/20 = 15.
    // Rank 38 is the 8th of 10 in (20, 50]: 20 + 30 * 0.8 = 44. Rank 4 is the 4th of 10 in (0, 10]: 4.
    [Theory]
    [InlineData(0.5, 15)]
    [InlineData(0.95, 44)]
    [InlineData(0.1, 4)]
    [InlineData(0.25, 10)]
    [InlineData(1, 50)]
    public void Values_are_interpolated_inside_their_bucket(double quantile, double expected)
    {
        Assert.Equal(expected, BucketQuantile.Of(quantile, bounds, [10, 20, 10, 0]), 9);
    }

    [Fact]
    public void Beyond_the_last_bound_the_answer_is_that_bound()
    {
        Assert.Equal(50, BucketQuantile.Of(0.99, bounds, [1, 0, 0, 99]));
    }

    [Fact]
    public void Empty_buckets_before_the_rank_are_passed()
    {
        Assert.Equal(35, BucketQuantile.Of(0.5, bounds, [0, 0, 8, 0]), 9);
    }

    [Fact]
    public void Without_values_or_bounds_there_is_no_quantile()
    {
        Assert.True(double.IsNaN(BucketQuantile.Of(0.5, bounds, [0, 0, 0, 0])));
        Assert.True(double.IsNaN(BucketQuantile.Of(0.5, [], [5])));
        Assert.True(double.IsNaN(BucketQuantile.Of(0.5, bounds, [])));
    }
}
