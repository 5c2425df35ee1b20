using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>Parses a record of the deltas topic.</summary>
internal sealed class DeltaBatchReader : IRecordReader
{
    /// <summary>The batch; null if the record is not one.</summary>
    public DeltaBatch? Batch { get; private set; }

    public void ReadKey(ReadOnlySpan<byte> key)
    {
    }

    public void ReadValue(ReadOnlySpan<byte> value)
    {
        try
        {
            Batch = DeltaBatch.Parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException)
        {
            // Reported by the loop, which knows where the record stands.
            Batch = null;
        }
    }
}
