using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Tests.Demo;

public sealed class SeriesPageTests
{
    private const string Unset = "STATUS_CODE_UNSET";
    private static readonly double[] bounds = [10];
    private readonly SeriesPage page;
    private List<ExportMetricsServiceRequest> rendered = [];

    public SeriesPageTests()
    {
        page = new SeriesPage(requests =>
        {
            rendered = [.. requests];
            return $"{rendered.Count} resources";
        });
    }

    [Fact]
    public void Each_series_appears_once_with_its_newest_point()
    {
        page.Accept([1], new MetricsBuilder("cart").Call("a", Unset, 0, 0, 0).Call("a", Unset, 0, 15, 5)
            .Duration("a", 0, 15, bounds, [5, 0]).Build());
        page.Accept([1], new MetricsBuilder("cart").Call("a", Unset, 0, 30, 9).Duration("a", 0, 30, bounds, [8, 1]).Build());
        page.Accept([1], new MetricsBuilder("cart").Call("b", Unset, 15, 30, 2).Build());
        page.Accept([1], new MetricsBuilder("cart").Call("a", Unset, 0, 15, 5).Build());
        page.Accept([2], new MetricsBuilder("ads").Call("c", Unset, 15, 30, 3).Build());

        Assert.Equal("2 resources", page.Text());
        Assert.Equal([9L, 2L], Calls(rendered[0]));
        Assert.Equal([3L], Calls(rendered[1]));
        HistogramDataPoint duration = Assert.Single(rendered[0].ResourceMetrics[0].ScopeMetrics[0].Metrics[1].Histogram.DataPoints);
        Assert.Equal([8ul, 1ul], duration.BucketCounts);
    }

    [Fact]
    public void A_series_with_a_stale_marker_leaves()
    {
        page.Accept([1], new MetricsBuilder("cart").Call("a", Unset, 0, 15, 5).Call("b", Unset, 0, 15, 7).Build());
        page.Accept([1], new MetricsBuilder("cart").Call("a", Unset, 0, 29, 0, stale: true).Build());
        page.Text();
        Assert.Equal([7L], Calls(rendered[0]));
    }

    [Fact]
    public void The_resource_is_that_of_the_newest_record()
    {
        page.Accept([1], new MetricsBuilder("cart").Describe("host.name", "x").Call("a", Unset, 0, 15, 5).Build());
        page.Accept([1], new MetricsBuilder("cart").Call("a", Unset, 0, 30, 5).Build());
        page.Accept([1], new MetricsBuilder("cart").Describe("host.name", "x").Call("a", Unset, 0, 15, 5).Build());
        page.Text();
        Assert.Equal(["service.name"], Assert.Single(rendered).ResourceMetrics[0].Resource.Attributes.Select(attribute => attribute.Key));
    }

    [Fact]
    public void The_request_that_was_accepted_is_not_changed()
    {
        ExportMetricsServiceRequest request = new MetricsBuilder("cart").Call("a", Unset, 0, 15, 5).Build();
        ExportMetricsServiceRequest copy = request.Clone();
        page.Accept([1], request);
        page.Text();
        page.Text();
        Assert.Equal(copy, request);
        Assert.Equal([5L], Calls(rendered[0]));
    }

    private static List<long> Calls(ExportMetricsServiceRequest request)
    {
        return [.. request.ResourceMetrics[0].ScopeMetrics[0].Metrics[0].Sum.DataPoints.Select(point => point.AsInt)];
    }
}
