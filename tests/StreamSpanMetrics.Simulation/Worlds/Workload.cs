using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Scheduling;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>
/// Writes the source topic while a world runs: every partition has busy and idle times, producers have clocks that are late or ahead, and
/// some of them write in transactions, which they may abort or leave open.
/// </summary>
internal sealed class Workload
{
    private readonly Plan plan;
    private readonly SimCluster cluster;
    private readonly VirtualTime time;
    private readonly Random random;
    private readonly SpanMaker maker;
    private readonly Queue<long> dueTicks = [];
    private readonly long[] idleUntilTicks = new long[16];
    private readonly Dictionary<byte[], SourceRecord> records = new(ReferenceEqualityComparer.Instance);
    private int transactions;

    /// <summary>A workload that begins now.</summary>
    public Workload(Plan plan, SimCluster cluster, VirtualTime time)
    {
        this.plan = plan;
        this.cluster = cluster;
        this.time = time;
        random = new Random(plan.Seed ^ 0x5151);
        maker = new SpanMaker(random, plan.Limits.IsAny ? new Random(plan.Seed) : null);
        foreach (long tick in Enumerable.Range(0, plan.Records).Select(_ => random.NextInt64(plan.Duration.Ticks)).Order())
        {
            dueTicks.Enqueue(time.Ticks + tick);
        }
    }

    /// <summary>Whether all is written.</summary>
    public bool IsDone => dueTicks.Count == 0;

    /// <summary>What a record of the source topic means, by its very bytes.</summary>
    public SourceRecord Meaning(byte[] value) => records[value];

    /// <summary>Writes what is due.</summary>
    public void Turn()
    {
        while (dueTicks.TryPeek(out long tick) && tick <= time.Ticks)
        {
            dueTicks.Dequeue();
            int partitions = cluster.Topic(Plan.Source).Partitions.Count;
            if (partitions > 0)
            {
                Write(random.Next(partitions));
            }
        }
    }

    private void Write(int partition)
    {
        if (idleUntilTicks[partition] > time.Ticks)
        {
            return;
        }

        if (random.Next(12) == 0)
        {
            idleUntilTicks[partition] = time.Ticks + random.NextInt64(25 * TimeSpan.TicksPerSecond);
        }

        if (!plan.HasSourceTransactions || random.Next(3) > 0)
        {
            cluster.Append(Plan.Source, partition, Next(out long timestamp), timestamp);
            return;
        }

        string id = "producer-" + transactions++;
        cluster.Init(id, out int epoch);
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            cluster.Produce(id, epoch, Next(out long timestamp), partition, timestamp);
        }

        if (random.Next(10) > 0)
        {
            cluster.End(id, epoch, random.Next(4) > 0);
        }
    }

    private OutgoingRecord Next(out long timestamp)
    {
        SourceRecord record = maker.Make(time.NowMillis);
        records[record.Value] = record;
        // Never later than the margin of idle partitions (T3), but ahead by several steps: what follows is late then.
        timestamp = random.Next(14) switch
        {
            0 => time.NowMillis + random.Next(16_000),
            1 => 0,
            2 when plan.HasClocksFarAhead => time.NowMillis + 80_000 + random.Next(400_000),
            _ => time.NowMillis - random.Next(2_800),
        };
        return new OutgoingRecord(Plan.Source, 0, null, record.Value);
    }
}
