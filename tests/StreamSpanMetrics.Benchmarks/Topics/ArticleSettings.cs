namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>The article's settings as both programs take them.</summary>
internal static class ArticleSettings
{
    /// <summary>The section <c>connectors</c>.</summary>
    /// <param name="step">Step and flush interval.</param>
    public static string Connectors(string step) => $$"""
        connectors:
          span_metrics:
            histogram:
              explicit:
                buckets: [1ms, 10ms, 100ms, 200ms, 300ms, 400ms, 500ms, 600ms, 700ms, 800ms, 900ms, 1s]
            dimensions:
              - {name: http.method, default: GET}
              - {name: http.status_code}
            exclude_dimensions: ['status.code']
            metrics_flush_interval: {{step}}
            events:
              enabled: true
              dimensions:
                - {name: exception.type}
                - {name: exception.message}
        """;
}
