using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Scheduling;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Simulation;

/// <summary>The simulated cluster itself: it must be no kinder than a real one.</summary>
public sealed class ClusterTests : IDisposable
{
    private const string Group = "g";
    private const string Topic = "t";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(10);

    private readonly Scheduler scheduler = new(1, new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero).Ticks, null);
    private readonly SimCluster cluster;
    private readonly SimGroup group;

    public ClusterTests()
    {
        cluster = new SimCluster(new Random(1), scheduler.Time, Timeout, TimeSpan.FromSeconds(2));
        cluster.CreateTopic(Topic, 2, true);
        group = cluster.CreateGroup(Group, Topic, Session);
    }

    private SimPartition Partition => cluster.Topic(Topic).Partitions[0];

    public void Dispose() => scheduler.Dispose();

    [Fact]
    public void A_zombie_is_fenced_by_the_generation_of_its_offsets()
    {
        string zombie = Join();
        int generation = group.Generation;
        Join();
        group.Join(zombie, [0], scheduler.Time.Ticks);
        Turn(20);
        Assert.True(group.Generation > generation);
        int epoch = Init("z");
        Assert.Equal(ClusterError.IllegalGeneration, cluster.SendOffsets("z", epoch, group, zombie, generation, Offsets(0, 5)));
        scheduler.Time.Advance(Session.Ticks + 1);
        Turn(20);
        epoch = Init("y");
        Assert.Equal(ClusterError.UnknownMember, cluster.SendOffsets("y", epoch, group, zombie, group.Generation, Offsets(0, 5)));
    }

    [Fact]
    public void A_transaction_without_offsets_is_not_fenced()
    {
        string zombie = Join();
        scheduler.Time.Advance(Session.Ticks + 1);
        Turn(20);
        int epoch = Init("z");
        Assert.Equal(ClusterError.None, cluster.SendOffsets("z", epoch, group, zombie, 1, new Dictionary<int, long>()));
        Assert.Equal(ClusterError.None, cluster.Produce("z", epoch, Record("k", 1), 0));
        Assert.Equal(ClusterError.None, cluster.End("z", epoch, true));
        Turn(50);
        Assert.Single(Partition.Committed());
    }

    [Fact]
    public void A_member_can_commit_a_partition_that_it_has_lost()
    {
        string first = Join();
        string second = Join();
        group.Join(first, [], scheduler.Time.Ticks);
        Turn(20);
        int lost = group.AssignmentOf(second).DefaultIfEmpty(0).First();
        Assert.Equal(ClusterError.None, cluster.Commit(group, first, group.Generation, Offsets(lost, 9)));
        Assert.Equal(9, group.Committed[lost]);
    }

    [Fact]
    public void The_last_stable_offset_holds_readers_of_committed_records_back()
    {
        int epoch = Init("a");
        cluster.Produce("a", epoch, Record("open", 1), 0);
        cluster.Append(Topic, 0, Record("plain", 2), 0);
        Assert.Equal(0, Partition.LastStable);
        Assert.Null(Partition.Next(0, out long next));
        Assert.Equal(0, next);
        cluster.End("a", epoch, true);
        Turn(50);
        Assert.Equal(["open", "plain"], Keys());
    }

    [Fact]
    public void Markers_and_aborted_records_take_offsets()
    {
        int epoch = Init("a");
        cluster.Produce("a", epoch, Record("gone", 1), 0);
        cluster.End("a", epoch, false);
        Turn(50);
        Assert.Equal(2, Partition.End);
        Assert.Null(Partition.Next(0, out long next));
        Assert.Equal(2, next);
        cluster.Append(Topic, 0, Record("kept", 1), 0);
        Assert.Equal(2, Partition.Next(0, out _)!.Offset);
    }

    [Fact]
    public void A_transaction_times_out_is_aborted_and_its_producer_fenced()
    {
        int epoch = Init("a");
        string member = Join();
        cluster.Produce("a", epoch, Record("late", 1), 0);
        cluster.SendOffsets("a", epoch, group, member, group.Generation, Offsets(0, 1));
        Assert.True(group.IsUnstable(0));
        scheduler.Time.Advance(Timeout.Ticks + 1);
        Turn(50);
        Assert.False(group.IsUnstable(0));
        Assert.Empty(group.Committed);
        Assert.Empty(Partition.Committed());
        Assert.Equal(ClusterError.ProducerFenced, cluster.End("a", epoch, true));
    }

    [Fact]
    public void A_new_producer_of_an_id_settles_what_the_old_one_left()
    {
        int epoch = Init("a");
        cluster.Produce("a", epoch, Record("left", 1), 0);
        Assert.Equal(ClusterError.ConcurrentTransactions, cluster.Init("a", out _));
        Turn(50);
        Assert.Equal(ClusterError.None, cluster.Init("a", out int next));
        Assert.True(next > epoch);
        Assert.Empty(Partition.Committed());
        Assert.Equal(ClusterError.ProducerFenced, cluster.Produce("a", epoch, Record("zombie", 1), 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_commit_without_an_answer_has_happened_or_not(bool arrived)
    {
        int epoch = Init("a");
        string member = Join();
        cluster.Produce("a", epoch, Record("k", 1), 0);
        cluster.SendOffsets("a", epoch, group, member, group.Generation, Offsets(0, 1));
        if (arrived)
        {
            cluster.End("a", epoch, true);
        }

        // Nobody hears: the id is taken over, and the committed offset tells.
        while (cluster.Init("a", out _) != ClusterError.None)
        {
            Turn(1);
        }

        Assert.Equal(arrived, group.Committed.ContainsKey(0));
        Assert.Equal(arrived ? 1 : 0, Partition.Committed().Count());
    }

    [Fact]
    public void Markers_reach_partitions_and_group_one_by_one()
    {
        int epoch = Init("a");
        string member = Join();
        cluster.Produce("a", epoch, Record("k", 1), 0);
        cluster.Produce("a", epoch, Record("k", 1), 1);
        cluster.SendOffsets("a", epoch, group, member, group.Generation, Offsets(0, 1));
        cluster.End("a", epoch, true);
        HashSet<int> seen = [];
        for (int i = 0; i < 100; i++)
        {
            seen.Add(cluster.Topic(Topic).Partitions.Sum(partition => partition.Committed().Count()) + group.Committed.Count);
            Turn(1);
        }

        Assert.Equal([0, 1, 2, 3], seen.Order());
    }

    [Fact]
    public void Compaction_keeps_the_last_committed_record_of_a_key()
    {
        cluster.Append(Topic, 0, Record("a", 1), 0);
        cluster.Append(Topic, 0, Record("b", 1), 0);
        cluster.Append(Topic, 0, Record("a", 2), 0);
        int epoch = Init("p");
        cluster.Produce("p", epoch, Record("b", 9), 0);
        Partition.Compact(Partition.End);
        Assert.Equal([1, 2], Offsets());
        cluster.End("p", epoch, false);
        Turn(50);
        Partition.Compact(Partition.End);
        Assert.Equal([1, 2], Offsets());
        Assert.Equal(5, Partition.End);
    }

    [Fact]
    public void Retention_moves_the_start_and_readers_behind_it_are_out_of_range()
    {
        cluster.Append(Topic, 0, Record("a", 1), 0);
        cluster.Append(Topic, 0, Record("b", 1), 0);
        Partition.Truncate(1);
        Assert.Equal(1, Partition.Start);
        Assert.Equal(["b"], Keys());
        Assert.Equal(2, Partition.History.Count);
    }

    [Fact]
    public void A_topic_that_is_created_again_has_another_id_and_no_committed_offsets()
    {
        group.Commit(0, 4);
        byte[] id = cluster.Topic(Topic).Id;
        cluster.CreateTopic(Topic, 2, true);
        Assert.NotEqual(id, cluster.Topic(Topic).Id);
        Assert.Empty(group.Committed);
    }

    private string Join()
    {
        string id = group.Join("", [], scheduler.Time.Ticks);
        Turn(20);
        return id;
    }

    private int Init(string id)
    {
        Assert.Equal(ClusterError.None, cluster.Init(id, out int epoch));
        return epoch;
    }

    private void Turn(int times)
    {
        for (int i = 0; i < times; i++)
        {
            cluster.Turn();
        }
    }

    private List<string> Keys()
    {
        List<string> keys = [];
        long position = 0;
        while (Partition.Next(position, out position) is LogEntry entry)
        {
            keys.Add(System.Text.Encoding.UTF8.GetString(entry.Key!));
        }

        return keys;
    }

    private List<long> Offsets()
    {
        List<long> offsets = [];
        long position = 0;
        while (Partition.Next(position, out position) is LogEntry entry)
        {
            offsets.Add(entry.Offset);
        }

        return offsets;
    }

    private static Dictionary<int, long> Offsets(int partition, long offset) => new() { [partition] = offset };

    private static OutgoingRecord Record(string key, byte value) => new(Topic, 0, System.Text.Encoding.UTF8.GetBytes(key), [value]);
}
