using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>Examines the shards of an application, and knows what the brokers say about its groups and topics.</summary>
internal sealed class ApplicationExamination : IDisposable
{
    // While a worker writes, compaction can remove what was just about to be read: a second look has the newer records.
    private const int Attempts = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TimeProvider time;
    private readonly ProgressView? progress;

    public ApplicationExamination(ProcessorSettings settings, TopicAdmin topics, TimeProvider time, ProgressView? progress)
    {
        this.time = time;
        this.progress = progress;
        Settings = settings;
        Topics = topics;
        Groups = new GroupAdmin(ClientConfigs.Client(settings.Source.Kafka));
        Log = new KafkaShardLog(
            ClientConfigs.RangeConsumer(settings.Source.Kafka), settings.Stream.DeltasTopic, settings.Stream.StateTopic, time, NullLogger.Instance)
        {
            Patience = Patience,
            Progress = reading => this.progress?.Report($"reading {reading.Topic}[{reading.Partition}]", reading.Done, reading.Total, "offsets"),
        };
    }

    /// <summary>The settings.</summary>
    public ProcessorSettings Settings { get; }

    /// <summary>Answers about topics.</summary>
    public TopicAdmin Topics { get; }

    /// <summary>Answers about groups.</summary>
    public GroupAdmin Groups { get; }

    /// <summary>Reads ranges of topics.</summary>
    public KafkaShardLog Log { get; }

    /// <summary>
    /// Number of shards. Throws a <see cref="ViewException"/> if the application has never started, runs under other rules, or if it has
    /// no shard <paramref name="only"/>.
    /// </summary>
    public async Task<int> ShardsAsync(int? only)
    {
        int shards = await ApplicationLook.ShardsAsync(Settings, Topics).ConfigureAwait(false);
        if (shards != Settings.Stream.Shards)
        {
            throw ViewException.OtherRules(Settings.Stream.ApplicationId);
        }

        return only >= shards
            ? throw new ViewException($"there is no shard {only}: the application has shards 0 to {shards - 1}", ExitCode.Usage)
            : shards;
    }

    /// <summary>What a topic holds, as a committed reader sees it.</summary>
    public async Task<IReadOnlyDictionary<int, OffsetRange>> RangesAsync(string topic, int partitions)
    {
        IReadOnlyDictionary<int, long> starts = await Topics.OffsetsAsync(topic, partitions, OffsetSpec.Earliest()).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> ends = await Topics
            .OffsetsAsync(topic, partitions, OffsetSpec.Latest(), IsolationLevel.ReadCommitted).ConfigureAwait(false);
        return starts.ToDictionary(start => start.Key, start => new OffsetRange(start.Value, ends[start.Key]));
    }

    /// <summary>Committed offsets of a stage, those of transactions that are being settled included.</summary>
    public Task<IReadOnlyDictionary<int, long>> CommittedAsync(string stage, string topic, int partitions) =>
        Groups.StableCommittedAsync(Settings.Stream.Group(stage), topic, partitions);

    /// <summary>Throws a <see cref="ViewException"/> if workers run a stage.</summary>
    public async Task RequireNobodyAsync(string stage)
    {
        GroupMembership membership = await Groups.DescribeAsync(Settings.Stream.Group(stage)).ConfigureAwait(false);
        if (membership.Members.Count > 0)
        {
            throw new ViewException(
                $"{membership.Members.Count} workers run the stage {stage} ({membership.Members[0].ClientId} at {membership.Members[0].Host}): "
                + "its offsets cannot be changed beside them. Nothing was changed. Stop them, and give the command again. A worker that was "
                + $"killed counts until its session ends ({Settings.Source.SessionTimeout.TotalSeconds} s).",
                ExitCode.CouldNotStart);
        }
    }

    /// <summary>The shards, or one of them, examined to the end of their deltas.</summary>
    public async Task<IReadOnlyList<ExaminedShard>> ExamineAsync(int? only, CancellationToken cancel)
    {
        int shards = await ShardsAsync(only).ConfigureAwait(false);
        List<ExaminedShard> examined = [];
        foreach (int shard in only is int one ? [one] : Enumerable.Range(0, shards))
        {
            ExaminedShard look = await ExamineAsync(shard, new ShardExamination(Settings, Log), cancel).ConfigureAwait(false);
            for (int attempt = 1; attempt < Attempts && look.Findings.Count > 0; attempt++)
            {
                look = await ExamineAsync(shard, new ShardExamination(Settings, Log), cancel).ConfigureAwait(false);
            }

            examined.Add(look);
        }

        return examined;
    }

    /// <summary>One shard, examined to the end of its deltas.</summary>
    public Task<ExaminedShard> ExamineAsync(int shard, ShardExamination examination, CancellationToken cancel) => examination.ExamineAsync(
        shard, async () => (await RangesAsync(Settings.Stream.DeltasTopic, shard + 1).ConfigureAwait(false))[shard], cancel);

    /// <summary>Now, in milliseconds since 1970.</summary>
    public long NowMillis() => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public void Dispose()
    {
        Log.Dispose();
        Groups.Dispose();
    }
}
