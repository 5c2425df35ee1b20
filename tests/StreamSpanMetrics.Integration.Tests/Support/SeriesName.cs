namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>What tells one series of the calls metric from the others under default settings, in Prometheus' words.</summary>
/// <param name="Job">Service namespace and name, joined by a slash, or the name alone.</param>
/// <param name="Environment">Deployment environment; empty without.</param>
/// <param name="ServiceName">The dimension.</param>
/// <param name="SpanName">The dimension.</param>
/// <param name="SpanKind">The dimension, for example <c>SPAN_KIND_SERVER</c>.</param>
/// <param name="StatusCode">The dimension, for example <c>STATUS_CODE_UNSET</c>.</param>
public sealed record SeriesName(
    string Job, string Environment, string ServiceName, string SpanName, string SpanKind, string StatusCode);
