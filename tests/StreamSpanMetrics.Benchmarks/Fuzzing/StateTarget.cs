using StreamSpanMetrics.Benchmarks.Measures;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Benchmarks.Fuzzing;

/// <summary>
/// Records of the state topic: one record of a good state is replaced, the first byte of the input says which. It gets a right checksum,
/// without which no input would come any further.
/// </summary>
internal sealed class StateTarget : IFuzzTarget
{
    private const int Series = 50;
    private const int SealBytes = 1 + sizeof(uint);

    private readonly IReadOnlyList<StateRecord> good;

    public StateTarget()
    {
        FilledShard shard = new(Series);
        shard.ApplyStep(0);
        shard.CloseStep();
        good = shard.StateRecords();
        Seeds = [.. good.Select((record, index) => (byte[])[(byte)index, .. record.Value?[..^SealBytes] ?? []])];
    }

    /// <inheritdoc/>
    public string Name => "state";

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Seeds { get; }

    /// <inheritdoc/>
    public string Feed(byte[] input)
    {
        int replaced = input.Length == 0 ? 0 : input[0] % good.Count;
        StateContents contents = new(0);
        for (int index = 0; index < good.Count; index++)
        {
            contents.Add(good[index].Key, index == replaced ? StateSeal.Seal([.. input.Skip(1)]) : good[index].Value);
        }

        RestoreResult result = SnapshotReader.Read(FilledShard.Rules, contents);
        if (result.Replay is null)
        {
            return $"{replaced} {result.Failure}";
        }

        RestoreFailure end = result.Replay.Complete(out ShardState? state, out _);
        return $"{replaced} {end} {state?.ActiveSeries}";
    }
}
