using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Prometheus.RemoteWrite.V1;
using Snappier;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Kit;

public sealed class PrometheusTests(PrometheusFixture prometheus)
{
    [Fact]
    public async Task A_remote_written_sample_is_found_by_a_query()
    {
        PrometheusServer server = await prometheus.RequireAsync();
        long nowMillis = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        HttpStatusCode status = await WriteAsync(server, "kit_calls_total", 42, nowMillis);
        Assert.Equal(HttpStatusCode.NoContent, status);

        PrometheusSeries series = Assert.Single(await server.QueryAsync("kit_calls_total", nowMillis / 1000.0));
        Assert.Equal(42, series.Value);
        Assert.Equal("kit", series.Labels["job"]);
        Assert.Equal(42, await server.QueryValueAsync("sum(kit_calls_total)", nowMillis / 1000.0));
    }

    [Fact]
    public async Task The_shared_server_takes_a_sample_older_than_the_newest()
    {
        PrometheusServer server = await prometheus.RequireAsync();
        long nowMillis = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(HttpStatusCode.NoContent, await WriteAsync(server, "kit_late_total", 2, nowMillis));
        Assert.Equal(HttpStatusCode.NoContent, await WriteAsync(server, "kit_late_total", 1, nowMillis - 3_600_000));

        PrometheusSeries series = Assert.Single(await server.QueryAsync("kit_late_total[2h]", nowMillis / 1000.0));
        Assert.Equal([1.0, 2.0], series.Points.Select(point => point.Value));
    }

    [Fact]
    public async Task A_bad_expression_is_refused_with_the_reason()
    {
        PrometheusServer server = await prometheus.RequireAsync();
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => server.QueryAsync("sum(("));
        Assert.Contains("parse error", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> WriteAsync(PrometheusServer server, string name, double value, long timeMillis)
    {
        TimeSeries series = new();
        series.Labels.Add(new Label { Name = "__name__", Value = name });
        series.Labels.Add(new Label { Name = "job", Value = "kit" });
        series.Samples.Add(new Sample { Value = value, Timestamp = timeMillis });
        WriteRequest request = new();
        request.Timeseries.Add(series);

        using ByteArrayContent body = new(Snappy.CompressToArray(request.ToByteArray()));
        body.Headers.ContentEncoding.Add("snappy");
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        body.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
        using HttpClient http = new();
        using HttpResponseMessage answer =
            await http.PostAsync(server.RemoteWriteAddress, body, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
