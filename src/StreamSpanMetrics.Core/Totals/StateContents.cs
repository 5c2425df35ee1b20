using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>The newest record of every key of one shard's partition of the state topic, while it is read from its beginning.</summary>
public sealed class StateContents
{
    private readonly Dictionary<(uint Parity, uint Chunk), byte[]> chunks = [];

    /// <summary>Value of the control record; null if there is none.</summary>
    public byte[]? Control { get; private set; }

    /// <summary>Value of the newest progress record; null if there is none.</summary>
    public byte[]? Progress { get; private set; }

    /// <summary>Takes a record in; a null value removes what its key held.</summary>
    /// <returns>False if the key does not decode: the record is not ours.</returns>
    public bool Add(ReadOnlySpan<byte> key, byte[]? value)
    {
        StateKey decoded;
        try
        {
            decoded = StateKey.Parser.ParseFrom(key);
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }

        switch (decoded.Type)
        {
            case StateKey.Types.Type.Control:
                Control = value;
                return true;
            case StateKey.Types.Type.Progress:
                Progress = value;
                return true;
            case StateKey.Types.Type.Chunk when value is null:
                chunks.Remove((decoded.SetParity, decoded.Chunk));
                return true;
            case StateKey.Types.Type.Chunk:
                chunks[(decoded.SetParity, decoded.Chunk)] = value;
                return true;
            default:
                return false;
        }
    }

    internal byte[]? Chunk(ulong setNumber, int chunk) => chunks.GetValueOrDefault(((uint)(setNumber & 1), (uint)chunk));
}
