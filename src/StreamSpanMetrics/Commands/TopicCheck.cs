using System.Globalization;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands;

/// <summary>Compares topics with their plans. Asks nobody: what it says depends only on what it is given.</summary>
internal sealed class TopicCheck
{
    private const string TimestampType = "message.timestamp.type";
    private const string CleanupPolicy = "cleanup.policy";
    private const string RetentionMillis = "retention.ms";
    private const string RetentionBytes = "retention.bytes";
    private const string MaxMessageBytes = "max.message.bytes";
    private const string LogAppendTime = "LogAppendTime";
    private const string Unlimited = "-1";
    private const long DayMillis = 86_400_000;

    /// <summary>Our messages stay below 900 kB (A3, M5); the rest is headers and framing.</summary>
    private const long LeastMaxMessageBytes = 1_000_000;

    private static readonly string[] Shown = [CleanupPolicy, MaxMessageBytes, TimestampType, RetentionBytes, RetentionMillis];

    private readonly ProcessorSettings settings;

    /// <summary>A check of the topics of an application.</summary>
    public TopicCheck(ProcessorSettings settings) => this.settings = settings;

    /// <summary>
    /// What to say about a topic that is not there. The source has to be made by somebody; the other topics appear at the first start and
    /// must never be missing after it (S1).
    /// </summary>
    public TopicFinding Missing(TopicPlan plan, bool hasStarted)
    {
        if (!IsSource(plan) && !hasStarted)
        {
            return new(plan, TopicPresence.AtFirstStart, plan.Partitions, [], [], []);
        }

        TopicProblem problem = IsSource(plan)
            ? new(true, "it does not exist", "create it with 'spanmetrics topics --create'")
            : new(
                true,
                $"it does not exist, but the application '{settings.Stream.ApplicationId}' has run before",
                "start over under another stream.application_id");
        return new(plan, TopicPresence.Missing, plan.Partitions, [], [problem], []);
    }

    /// <summary>What to say about a topic with the given partitions and settings.</summary>
    public TopicFinding Judge(TopicPlan plan, TopicPresence presence, int partitions, IReadOnlyDictionary<string, string> configs)
    {
        List<TopicProblem> problems = [];
        List<string> notes = [];
        if (IsSource(plan))
        {
            JudgeSource(configs, problems, notes);
        }
        else
        {
            JudgePartitions(plan, partitions, problems);
            JudgeInternal(plan, configs, problems);
        }

        IEnumerable<KeyValuePair<string, string>> shown = Shown
            .Where(name => configs.ContainsKey(name))
            .Select(name => KeyValuePair.Create(name, configs[name]))
            .OrderBy(config => config.Key, StringComparer.Ordinal);
        return new(plan, presence, partitions, [.. shown], problems, notes);
    }

    private static void JudgeSource(IReadOnlyDictionary<string, string> configs, List<TopicProblem> problems, List<string> notes)
    {
        if (configs.TryGetValue(TimestampType, out string? type) && type != LogAppendTime)
        {
            problems.Add(new(
                false,
                $"{TimestampType} is {type}: steps follow the clocks of the producers, and a step closes seconds later",
                $"set {TimestampType}={LogAppendTime}"));
        }

        if (configs.TryGetValue(CleanupPolicy, out string? policy) && policy.Contains("compact", StringComparison.Ordinal))
        {
            problems.Add(new(
                true,
                $"{CleanupPolicy} is {policy}: records with equal keys delete each other, and their spans with them",
                $"set {CleanupPolicy}=delete"));
        }

        if (configs.TryGetValue(RetentionMillis, out string? retention))
        {
            notes.Add(retention == Unlimited
                ? "spans are kept for ever: a replay can start at any time"
                : $"spans are kept for {Duration(retention)}: no worker may be away for longer, and a replay reaches back no further");
        }
    }

    private static void JudgePartitions(TopicPlan plan, int partitions, List<TopicProblem> problems)
    {
        if (partitions != plan.Partitions)
        {
            string hint = plan.Partitions == 1
                ? "delete the topic; it is created anew"
                : "stream.shards is fixed at the first start: set it to the number of partitions, or start under another stream.application_id";
            problems.Add(new(true, FormattableString.Invariant($"it has {partitions} partitions, but should have {plan.Partitions}"), hint));
        }
    }

    private void JudgeInternal(TopicPlan plan, IReadOnlyDictionary<string, string> configs, List<TopicProblem> problems)
    {
        string policy = plan.Configs.GetValueOrDefault(CleanupPolicy, "delete");
        Require(configs, CleanupPolicy, policy, PolicyReason(plan), problems);
        Require(configs, TimestampType, LogAppendTime, "retention would delete what a replay writes with old times", problems);
        if (configs.TryGetValue(MaxMessageBytes, out string? size) && Number(size) < LeastMaxMessageBytes)
        {
            problems.Add(new(
                true,
                $"{MaxMessageBytes} is {size}, but messages may have 900 kB",
                FormattableString.Invariant($"set {MaxMessageBytes}={LeastMaxMessageBytes} or more")));
        }

        if (plan.Name == settings.Stream.DeltasTopic)
        {
            JudgeDeltasRetention(configs, problems);
        }
    }

    private static void JudgeDeltasRetention(IReadOnlyDictionary<string, string> configs, List<TopicProblem> problems)
    {
        if (configs.TryGetValue(RetentionMillis, out string? retention) && retention != Unlimited && Number(retention) < DayMillis)
        {
            problems.Add(new(
                true,
                $"{RetentionMillis} is {retention} ({Duration(retention)}): merge could not restore after a longer outage",
                FormattableString.Invariant($"set {RetentionMillis}={DayMillis} (24 h) or more")));
        }

        if (configs.TryGetValue(RetentionBytes, out string? bytes) && bytes != Unlimited)
        {
            problems.Add(new(
                false,
                $"{RetentionBytes} is {bytes}: under load it may delete blocks before 24 h have passed",
                $"set {RetentionBytes}={Unlimited}"));
        }
    }

    private string PolicyReason(TopicPlan plan) => plan.Name == settings.Stream.StateTopic
        ? "deleting by age takes snapshots away that a restore needs"
        : "compaction takes records away that have not been read";

    private static void Require(
        IReadOnlyDictionary<string, string> configs, string name, string wanted, string reason, List<TopicProblem> problems)
    {
        if (configs.TryGetValue(name, out string? found) && found != wanted)
        {
            problems.Add(new(true, $"{name} is {found}, but should be {wanted}: {reason}", $"set {name}={wanted}"));
        }
    }

    private bool IsSource(TopicPlan plan) => plan.Name == settings.Source.Topic;

    private static long Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : long.MaxValue;

    private static string Duration(string milliseconds)
    {
        TimeSpan time = TimeSpan.FromMilliseconds(Math.Min(Number(milliseconds), (long)TimeSpan.MaxValue.TotalMilliseconds));
        return time.TotalDays >= 2 ? FormattableString.Invariant($"{time.TotalDays:0.#} days")
            : time.TotalHours >= 1 ? FormattableString.Invariant($"{time.TotalHours:0.#} h")
            : FormattableString.Invariant($"{time.TotalSeconds:0.#} s");
    }
}
