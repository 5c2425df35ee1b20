using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>Parses a record of the metrics topic.</summary>
internal sealed class PointRecordReader : IRecordReader
{
    /// <summary>The points; null if the record does not hold any.</summary>
    public ExportMetricsServiceRequest? Points { get; private set; }

    public void ReadKey(ReadOnlySpan<byte> key)
    {
    }

    public void ReadValue(ReadOnlySpan<byte> value)
    {
        try
        {
            Points = ExportMetricsServiceRequest.Parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException)
        {
            // Reported by the loop, which knows where the record stands.
            Points = null;
        }
    }
}
