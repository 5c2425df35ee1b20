using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;
using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Tests.Demo;

public sealed class RedTableTests
{
    private const string Unset = "STATUS_CODE_UNSET";
    private const string Error = "STATUS_CODE_ERROR";
    private static readonly double[] bounds = [10, 20, 50];
    private static readonly byte[] key = [1];
    private readonly RedTable table = new("traces.span.metrics.calls", "traces.span.metrics.duration", TimeSpan.FromSeconds(15));

    [Fact]
    public void A_birth_counts_from_its_zero_point()
    {
        table.Accept(key, new MetricsBuilder("cart").Call("GET /", Unset, 30, 30, 0).Call("GET /", Unset, 30, 45, 60).Build());

        RedRow row = Assert.Single(table.Rows());
        Assert.Equal(new OperationKey("cart", "GET /", "SPAN_KIND_SERVER"), row.Key);
        Assert.Equal(4, row.CallsPerSecond);
        Assert.Equal(0, row.ErrorShare);
        Assert.Equal(new OperationCount(60, 0), row.Total);
        Assert.Equal(45_000_000_000, table.NewestPointNanos);
    }

    [Fact]
    public void The_rate_is_that_of_the_last_window_only()
    {
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 30, 30, 0).Call("a", Unset, 30, 45, 600).Build());
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 30, 60, 630).Build());
        Assert.Equal(2, Assert.Single(table.Rows()).CallsPerSecond);
        Assert.Equal(630, table.TotalCalls);
    }

    [Fact]
    public void Labels_resources_and_statuses_add_up()
    {
        table.Accept([1], new MetricsBuilder("cart").Call("a", Unset, 0, 0, 0, "GET").Call("a", Unset, 0, 15, 15, "GET").Build());
        table.Accept([1], new MetricsBuilder("cart").Call("a", Unset, 0, 0, 0, "PUT").Call("a", Unset, 0, 15, 30, "PUT").Build());
        table.Accept([2], new MetricsBuilder("cart").Call("a", Error, 0, 0, 0, "GET").Call("a", Error, 0, 15, 15, "GET").Build());
        RedRow row = Assert.Single(table.Rows());
        Assert.Equal(4, row.CallsPerSecond);
        Assert.Equal(0.25, row.ErrorShare);
        Assert.Equal(new OperationCount(60, 15), row.Total);
    }

    [Fact]
    public void A_series_born_later_counts_in_full()
    {
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 0, 0, 0).Call("a", Unset, 0, 15, 30).Build());
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 0, 30, 60).Build());
        table.Accept(key, new MetricsBuilder("cart").Call("a", Error, 15, 15, 0).Call("a", Error, 15, 30, 10).Build());
        RedRow row = Assert.Single(table.Rows());
        Assert.Equal(40 / 15.0, row.CallsPerSecond, 9);
        Assert.Equal(0.25, row.ErrorShare, 9);
    }

    [Fact]
    public void A_first_point_without_birth_gives_a_total_but_no_rate()
    {
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 0, 3000, 500).Build());
        RedRow row = Assert.Single(table.Rows());
        Assert.Equal(0, row.CallsPerSecond);
        Assert.Equal(500, row.Total.Spans);
        Assert.True(double.IsNaN(row.P50Millis));
    }

    [Fact]
    public void The_same_record_again_and_points_out_of_order_change_nothing()
    {
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 30, 45, 60).Call("a", Unset, 30, 30, 0).Build());
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 30, 30, 0).Call("a", Unset, 30, 45, 60).Build());
        Assert.Equal(4, Assert.Single(table.Rows()).CallsPerSecond);
        Assert.Equal(60, table.TotalCalls);
    }

    [Fact]
    public void Descriptive_attributes_that_disappear_do_not_split_a_series()
    {
        table.Accept(key, new MetricsBuilder("cart").Describe("host.name", "a").Call("a", Unset, 0, 15, 10).Build());
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 0, 30, 20).Build());
        Assert.Equal(20, table.TotalCalls);
    }

    [Fact]
    public void The_end_of_an_earlier_target_info_behind_the_points_does_not_split_a_series()
    {
        table.Accept(key, new MetricsBuilder("cart").Describe("host.name", "a").Call("a", Unset, 0, 15, 10).Build());
        ExportMetricsServiceRequest second = new MetricsBuilder("cart").Call("a", Unset, 0, 30, 20).Build();
        Resource before = new MetricsBuilder("cart").Describe("host.name", "a").Build().ResourceMetrics[0].Resource;
        second.ResourceMetrics.Add(new ResourceMetrics { Resource = before });
        table.Accept(key, second);
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 0, 45, 30).Build());
        Assert.Equal(30, table.TotalCalls);
    }

    [Fact]
    public void Without_a_record_key_the_resource_attributes_tell_resources_apart()
    {
        table.Accept([], new MetricsBuilder("cart").Describe("host.name", "a").Call("a", Unset, 0, 15, 10).Build());
        table.Accept([], new MetricsBuilder("cart").Describe("host.name", "b").Call("a", Unset, 0, 15, 20).Build());
        Assert.Equal(30, table.TotalCalls);
    }

    [Fact]
    public void A_stale_marker_keeps_the_total_and_a_new_life_adds_to_it()
    {
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 0, 15, 10).Build());
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 0, 29, 0, stale: true).Build());
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 0, 15, 10).Build());
        Assert.Equal(10, table.TotalCalls);
        table.Accept(key, new MetricsBuilder("cart").Call("a", Unset, 60, 60, 0).Call("a", Unset, 60, 75, 30).Build());
        Assert.Equal(40, table.TotalCalls);
        Assert.Equal(2, Assert.Single(table.Rows()).CallsPerSecond);
    }

    [Fact]
    public void Operations_without_new_points_become_stale()
    {
        table.Accept([1], new MetricsBuilder("cart").Call("a", Unset, 0, 0, 0).Call("a", Unset, 0, 15, 30).Build());
        table.Accept([2], new MetricsBuilder("ads").Call("b", Unset, 0, 45, 1).Build());
        Assert.False(table.Rows().Single(row => row.Key.Service == "cart").Stale);
        table.Accept([2], new MetricsBuilder("ads").Call("b", Unset, 0, 60, 16).Build());
        RedRow cart = table.Rows().Single(row => row.Key.Service == "cart");
        Assert.True(cart.Stale);
        Assert.Equal(0, cart.CallsPerSecond);
        Assert.Equal(30, cart.Total.Spans);
        Assert.Equal("ads", table.Rows()[0].Key.Service);
    }

    [Fact]
    public void Quantiles_come_from_the_buckets_of_the_window()
    {
        table.Accept(key, new MetricsBuilder("cart").Duration("a", 0, 0, bounds, [0, 0, 0, 0])
            .Duration("a", 0, 15, bounds, [0, 0, 1000, 1000]).Build());
        table.Accept(key, new MetricsBuilder("cart").Duration("a", 0, 30, bounds, [10, 20, 1010, 1000]).Call("a", Unset, 0, 15, 2000)
            .Call("a", Unset, 0, 30, 2040).Build());
        RedRow row = Assert.Single(table.Rows());
        Assert.Equal(15, row.P50Millis, 9);
        Assert.Equal(44, row.P95Millis, 9);
        Assert.Equal(48.8, row.P99Millis, 9);
        Assert.Equal(40 / 15.0, row.CallsPerSecond, 9);
    }

    [Fact]
    public void Seconds_are_shown_as_milliseconds()
    {
        table.Accept(key, new MetricsBuilder("cart", "s").Duration("a", 0, 0, [0.01, 0.02], [0, 0, 0])
            .Duration("a", 0, 15, [0.01, 0.02], [0, 10, 0]).Build());
        Assert.Equal(15, Assert.Single(table.Rows()).P50Millis, 9);
    }
}
