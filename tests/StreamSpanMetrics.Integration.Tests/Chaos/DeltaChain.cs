using Confluent.Kafka;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Integration.Tests.Chaos;

/// <summary>The committed delta blocks of an application: for every shard they must cover every source partition end to end.</summary>
public static class DeltaChain
{
    /// <summary>Asserts that no offset of a source partition is covered twice or not at all; returns the number of blocks.</summary>
    public static int IsContiguous(string bootstrapServers, string deltasTopic)
    {
        Dictionary<(int Shard, uint Source), long> expected = [];
        int blocks = 0;
        foreach (ConsumeResult<byte[]?, byte[]?> record in TopicReader.ReadAll(bootstrapServers, deltasTopic))
        {
            foreach (DeltaBlock block in DeltaBatch.Parser.ParseFrom(record.Message.Value).Blocks)
            {
                (int Shard, uint Source) chain = (record.Partition.Value, block.SourcePartition);
                long next = expected.GetValueOrDefault(chain);
                Assert.True(
                    block.FromOffset == next,
                    $"{record.TopicPartitionOffset}: source partition {block.SourcePartition} goes on at {block.FromOffset}, expected was {next}");
                expected[chain] = block.Part == block.Parts - 1 ? block.ToOffset : next;
                blocks++;
            }
        }

        return blocks;
    }
}
