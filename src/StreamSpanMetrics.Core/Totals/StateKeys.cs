using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Keys of the records of the state topic.</summary>
public static class StateKeys
{
    /// <summary>Key of the control record in a shard's partition.</summary>
    public static byte[] Control(int shard) => Of(StateKey.Types.Type.Control, shard).ToByteArray();

    /// <summary>Key of the progress record of a shard.</summary>
    public static byte[] Progress(int shard) => Of(StateKey.Types.Type.Progress, shard).ToByteArray();

    /// <summary>Key of a chunk: sets whose numbers have the same parity share their keys (S3).</summary>
    public static byte[] Chunk(int shard, ulong setNumber, int chunk)
    {
        StateKey key = Of(StateKey.Types.Type.Chunk, shard);
        key.SetParity = (uint)(setNumber & 1);
        key.Chunk = (uint)chunk;
        return key.ToByteArray();
    }

    /// <summary>Key of a repair.</summary>
    public static byte[] Repair(int shard, RepairPlace place)
    {
        StateKey key = Of(StateKey.Types.Type.Repair, shard);
        key.Place = place;
        return key.ToByteArray();
    }

    private static StateKey Of(StateKey.Types.Type type, int shard) => new() { Type = type, Shard = (uint)shard };
}
