using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>A span of a trace and the instance that made it.</summary>
public readonly record struct MadeSpan(ShopPod Pod, Span Span);
