using Google.Protobuf;
using StreamSpanMetrics.Benchmarks.Measures;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Benchmarks.Fuzzing;

/// <summary>Records of the deltas topic: a shard that has some series gets one more batch.</summary>
internal sealed class BlocksTarget : IFuzzTarget
{
    private const int Series = 20;

    /// <inheritdoc/>
    public string Name => "blocks";

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Seeds { get; } = [.. FilledShard.Batches(Series).Select(batch => batch.ToByteArray())];

    /// <inheritdoc/>
    public string Feed(byte[] input)
    {
        DeltaBatch batch;
        try
        {
            batch = DeltaBatch.Parser.ParseFrom(input);
        }
        catch (InvalidProtocolBufferException)
        {
            // The answer of the generated reader, which the stage turns into a refusal.
            return "undecodable";
        }

        ShardState state = new(FilledShard.Rules, [0], ByteString.Empty);
        string answer = "";
        foreach (DeltaBlock block in batch.Blocks)
        {
            ApplyResult result = state.Apply(block, 0);
            answer += $"{result.Outcome} ";
            while (state.NextClosableStep is long step)
            {
                state.Close(step);
                state.Finish();
            }
        }

        state.CompleteRecord(0);
        return $"{answer} {state.ActiveSeries}";
    }
}
