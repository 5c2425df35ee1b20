namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>The two everyday shapes of a span topic.</summary>
internal enum TopicShape
{
    /// <summary>One record per export batch: 100 spans, two resources, no key.</summary>
    Batch,

    /// <summary>One record per trace: 3 spans, the resource repeated in each record, the key is the trace id.</summary>
    Trace,
}
