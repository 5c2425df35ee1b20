using Confluent.Kafka;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Integration.Tests.Repairs;

/// <summary>What somebody does to the records of an application, and how it is found and repaired.</summary>
internal static class Damage
{
    /// <summary>The shard that is damaged.</summary>
    public const int Shard = 1;

    /// <summary>Counts spans, in rounds of at least a commit each, and stops the worker.</summary>
    public static async Task FillAsync(RepairBench bench, int rounds = 1)
    {
        for (int round = 0; round < rounds; round++)
        {
            bench.Produce(4);
            await bench.BecomesAsync(bench.Values.SelectMany(values => values));
        }

        await bench.StopWorkerAsync();
    }

    /// <summary>Does what the words say to the state of the shard.</summary>
    public static async Task MakeAsync(RepairBench bench, string what)
    {
        string state = bench.Application.Id + ".state";
        if (what == "deltas gone")
        {
            await bench.EmptyAsync(bench.Application.Id + ".deltas", Shard);
            return;
        }

        StateKey.Types.Type type = Enum.GetValues<StateKey.Types.Type>()
            .Single(one => what.Contains(one.ToString(), StringComparison.OrdinalIgnoreCase));
        foreach (IGrouping<int, ConsumeResult<byte[]?, byte[]?>> partition in TopicReader.ReadAll(bench.Servers, state)
            .GroupBy(record => record.Partition.Value)
            .Where(partition => partition.Key == Shard || what.StartsWith("all", StringComparison.Ordinal)))
        {
            // Every key of the type: of two sets of chunks, the complete one is among them.
            foreach (ConsumeResult<byte[]?, byte[]?> newest in partition
                .GroupBy(record => Convert.ToHexString(record.Message.Key!))
                .Select(records => records.Last())
                .Where(record => record.Message.Value is not null && StateKey.Parser.ParseFrom(record.Message.Key).Type == type))
            {
                byte[] damaged = [.. newest.Message.Value!];
                damaged[^7] ^= 0x10;
                bench.Write(state, partition.Key, newest.Message.Key, what.EndsWith("gone", StringComparison.Ordinal) ? null : damaged);
            }
        }
    }

    /// <summary>Verify names the damage, and a worker ends because of it.</summary>
    public static async Task IsFoundAsync(RepairBench bench, string kind)
    {
        (int code, string text) = await bench.RunAsync("state", "verify", "--output", "json");
        Assert.True(code == 4 && text.Contains($"\"kind\": \"{kind}\"", StringComparison.Ordinal), text);
        await bench.FailToStartAsync();
    }

    /// <summary>Gives the command that the worker printed; then verify finds nothing and a worker goes on.</summary>
    public static async Task RepairAsync(RepairBench bench, string command)
    {
        (int code, string text) = await bench.RunAsync([.. bench.Printed(command), "--yes"]);
        Assert.True(code == 0, text);
        (code, text) = await bench.RunAsync("state", "verify");
        Assert.True(code == 0, text);
        await bench.StartWorkerAsync();
        await bench.Worker.WaitForOutputAsync("restored", RepairBench.Deadline);
    }
}
