using OpenTelemetry.Proto.Collector.Metrics.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>A point record as it was emitted, bytes in hexadecimal so that two compare by content.</summary>
public sealed record EmittedRecord(long Step, string Key, string Value)
{
    public ExportMetricsServiceRequest Request => ExportMetricsServiceRequest.Parser.ParseFrom(Convert.FromHexString(Value));
}
