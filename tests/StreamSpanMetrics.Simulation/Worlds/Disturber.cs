using StreamSpanMetrics.Simulation.Cluster;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>Does harm to a world, at any step: kills, stalls and stops workers, moves partitions, and does what administrators do.</summary>
internal sealed class Disturber
{
    private const int MillisPerSecond = 1000;

    /// <summary>Clients look for new partitions now and then.</summary>
    private static readonly long GrowthIsKnownAfter = TimeSpan.FromSeconds(4).Ticks;

    private readonly World world;
    private readonly Random random;
    private readonly bool isReplay;
    private readonly long growTicks;
    private readonly long truncateTicks;
    private readonly long recreateTicks;
    private bool hasGrown;
    private bool isGrowthKnown;
    private bool hasTruncated;
    private int recreated;

    /// <summary>A disturber of a world; of one that reads a log again, the log is left alone.</summary>
    public Disturber(World world, Random random, bool isReplay)
    {
        this.world = world;
        this.random = random;
        this.isReplay = isReplay;
        growTicks = Now + random.NextInt64(world.Plan.Duration.Ticks / 2);
        truncateTicks = Now + random.NextInt64(world.Plan.Duration.Ticks);
        recreateTicks = Now + random.NextInt64(world.Plan.Duration.Ticks);
    }

    /// <summary>Whether all goes well from now on.</summary>
    public bool IsCalm { get; set; }

    private long Now => world.Scheduler.Time.Ticks;

    /// <summary>May do harm.</summary>
    public void Turn()
    {
        ChangeTopic();
        if (IsCalm)
        {
            return;
        }

        if (random.Next(200) == 0)
        {
            SimPartition state = world.Cluster.Topic(Plan.State).Partitions[random.Next(world.Plan.Shards)];
            // The newest segment is never compacted.
            state.Compact(state.End - random.Next(12));
        }

        if (random.Next(world.Plan.StepsPerDisturbance) == 0)
        {
            Disturb();
        }
    }

    private void Disturb()
    {
        IReadOnlyList<Worker> living = world.Workers.Living;
        if (living.Count == 0)
        {
            return;
        }

        Worker victim = living[random.Next(living.Count)];
        if (world.Plan.HasStuckOwners && victim.Stage == Stage.Aggregate && random.Next(3) == 0)
        {
            Note("sticks for long", victim);
            victim.Stick(Now + Worlds.Plan.BoundedAfter.Ticks + Seconds(20));
            return;
        }

        switch (random.Next(12))
        {
            case < 4:
                Note("kills", victim);
                victim.Kill();
                break;
            case 4:
                Note("stops", victim);
                victim.Stop();
                break;
            case 5 or 6:
                // Up to beyond time-outs of transactions and sessions.
                Note("stalls", victim);
                victim.Stall(Now + Seconds(16));
                break;
            case 7:
                Note("replaces", victim);
                victim.Stall(Now + Seconds(10));
                world.Workers.Replace(victim);
                break;
            case 8:
                Note("sticks", victim);
                victim.Stick(Now + Seconds(5));
                break;
            case 9 or 10:
                SimGroup group = world.Cluster.Groups.ElementAt(random.Next(3));
                world.Count("moves partitions");
                world.Scheduler.Note($"moves partitions of {group.Name}");
                group.Shuffle(Now);
                break;
            default:
                victim.Stall(Now + Seconds(2));
                break;
        }
    }

    private void ChangeTopic()
    {
        if (isReplay)
        {
            return;
        }

        if (world.Plan.Grows && !hasGrown && Now > growTicks)
        {
            hasGrown = true;
            world.Count("grows");
            world.Cluster.Topic(Plan.Source).Grow(random.Next(1, 3));
        }

        if (hasGrown && !isGrowthKnown && Now > growTicks + GrowthIsKnownAfter)
        {
            isGrowthKnown = true;
            world.Cluster.Group("app.aggregate").Trigger(Now);
        }

        if (world.Plan.Truncates && !hasTruncated && Now > truncateTicks)
        {
            hasTruncated = true;
            Truncate();
        }

        if (world.Plan.Recreates)
        {
            Recreate();
        }
    }

    private void Truncate()
    {
        foreach (SimPartition partition in world.Cluster.Topic(Plan.Source).Partitions)
        {
            // Never behind the last stable offset, as in Kafka.
            long end = partition.LastStable;
            long committed = world.Cluster.Group("app.aggregate").Committed.GetValueOrDefault(partition.Number);
            long start = Math.Min(end, committed + random.Next(-4, 6));
            if (start > partition.Start)
            {
                world.Count("truncates");
                world.Scheduler.Note($"retention: {Plan.Source}[{partition.Number}] starts at {start}");
                partition.Truncate(start);
            }
        }
    }

    private void Recreate()
    {
        SimGroup group = world.Cluster.Group("app.aggregate");
        if (recreated == 0 && Now > recreateTicks)
        {
            recreated = 1;
            world.Count("deletes the topic");
            world.Scheduler.Note("deletes the source topic");
            world.FormerSource = world.Cluster.Topic(Plan.Source);
            world.Cluster.CreateTopic(Plan.Source, 0, world.Plan.IsLogAppendTime);
            group.Trigger(Now);
        }
        else if (recreated == 1 && Now > recreateTicks + (4 * TimeSpan.TicksPerSecond))
        {
            recreated = 2;
            world.Scheduler.Note("creates the source topic");
            world.Cluster.CreateTopic(Plan.Source, world.FormerSource!.Partitions.Count, world.Plan.IsLogAppendTime);
            group.Trigger(Now);
        }
    }

    private long Seconds(int upTo) => TimeSpan.FromMilliseconds(random.Next(upTo * MillisPerSecond)).Ticks;

    private void Note(string what, Worker victim)
    {
        world.Count(what);
        world.Scheduler.Note($"{what} {victim.Name}");
    }
}
