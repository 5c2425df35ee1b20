using Confluent.Kafka;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>How far source partitions were apart in merge, from the committed delta blocks alone: so many steps it holds open (A7).</summary>
public static class WatermarkSpread
{
    /// <summary>The most steps between the foremost and the hindmost watermark after a batch, over all shards.</summary>
    /// <param name="bootstrapServers">The broker.</param>
    /// <param name="deltasTopic">The topic with the blocks of one worker that was never stopped.</param>
    /// <param name="firstMillis">Where a partition counts as standing that has no block yet.</param>
    /// <param name="step">Length of a step.</param>
    /// <param name="partitions">Partitions of the source topic.</param>
    public static long Most(string bootstrapServers, string deltasTopic, long firstMillis, TimeSpan step, int partitions)
    {
        Dictionary<int, long[]> watermarks = [];
        long most = 0;
        foreach (ConsumeResult<byte[]?, byte[]?> record in TopicReader.ReadAll(bootstrapServers, deltasTopic))
        {
            if (!watermarks.TryGetValue(record.Partition.Value, out long[]? millis))
            {
                millis = [.. Enumerable.Repeat(firstMillis, partitions)];
                watermarks.Add(record.Partition.Value, millis);
            }

            foreach (DeltaBlock block in DeltaBatch.Parser.ParseFrom(record.Message.Value).Blocks)
            {
                millis[block.SourcePartition] = Math.Max(millis[block.SourcePartition], block.WatermarkUnixMillis);
            }

            most = Math.Max(most, (millis.Max() - millis.Min()) / (long)step.TotalMilliseconds);
        }

        return most;
    }
}
