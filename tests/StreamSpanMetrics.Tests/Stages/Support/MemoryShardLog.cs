using Google.Protobuf;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>Reads state and deltas from the memory log.</summary>
internal sealed class MemoryShardLog(MemoryLog log, string deltasTopic, string stateTopic) : IShardLog
{
    /// <summary>Called once, before the state is read: what happens while a loop stands still.</summary>
    public Action? BeforeState { get; set; }

    public StateContents ReadState(int shard, CancellationToken cancel)
    {
        Action? action = BeforeState;
        BeforeState = null;
        action?.Invoke();
        StateContents contents = new(shard);
        foreach (MemoryRecord record in log.Read(stateTopic, shard))
        {
            Assert.True(contents.Add(record.Key, record.Value));
        }

        return contents;
    }

    public IEnumerable<KeyValuePair<long, DeltaBatch?>> ReadDeltas(int shard, long fromOffset, long toOffset, CancellationToken cancel)
    {
        foreach (MemoryRecord record in log.Read(deltasTopic, shard, fromOffset, toOffset))
        {
            yield return KeyValuePair.Create(record.Offset, Parse(record.Value));
        }
    }

    public Task<long?> StateEndAsync(int shard) => Task.FromResult<long?>(log.EndOffset(stateTopic, shard));

    public void Dispose()
    {
    }

    private static DeltaBatch? Parse(byte[]? value)
    {
        try
        {
            return DeltaBatch.Parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
