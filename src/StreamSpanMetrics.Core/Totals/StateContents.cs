using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>The newest record of every key of one shard's partition of the state topic, while it is read from its beginning.</summary>
public sealed class StateContents
{
    private readonly int shard;
    private readonly Dictionary<(uint Parity, uint Chunk), byte[]> chunks = [];
    private readonly Dictionary<RepairPlace, byte[]> repairs = [];

    /// <summary>Nothing yet of <paramref name="shard"/>.</summary>
    public StateContents(int shard) => this.shard = shard;

    /// <summary>Value of the control record; null if there is none.</summary>
    public byte[]? Control { get; private set; }

    /// <summary>Value of the newest progress record; null if there is none.</summary>
    public byte[]? Progress { get; private set; }

    /// <summary>Values of the repairs.</summary>
    public IReadOnlyDictionary<RepairPlace, byte[]> Repairs => repairs;

    /// <summary>Records whose key is not ours, or that of another shard. They are left aside: what they replaced is missing then.</summary>
    public int ForeignRecords { get; private set; }

    /// <summary>Takes a record in; a null value removes what its key held.</summary>
    /// <returns>False if the key does not decode or is that of another shard: the record is not ours.</returns>
    public bool Add(ReadOnlySpan<byte> key, byte[]? value)
    {
        if (Parse(key) is not StateKey decoded || decoded.Shard != shard)
        {
            ForeignRecords++;
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
            case StateKey.Types.Type.Chunk:
                Put(chunks, (decoded.SetParity, decoded.Chunk), value);
                return true;
            case StateKey.Types.Type.Repair when decoded.Place is not null:
                Put(repairs, decoded.Place, value);
                return true;
            default:
                ForeignRecords++;
                return false;
        }
    }

    internal byte[]? Chunk(ulong setNumber, int chunk) => chunks.GetValueOrDefault(((uint)(setNumber & 1), (uint)chunk));

    private static StateKey? Parse(ReadOnlySpan<byte> key)
    {
        try
        {
            return StateKey.Parser.ParseFrom(key);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static void Put<TKey>(Dictionary<TKey, byte[]> records, TKey key, byte[]? value)
        where TKey : notnull
    {
        if (value is null)
        {
            records.Remove(key);
        }
        else
        {
            records[key] = value;
        }
    }
}
