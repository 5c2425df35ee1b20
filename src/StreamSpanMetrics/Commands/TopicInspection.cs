using Confluent.Kafka.Admin;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands;

/// <summary>Looks at the topics of an application on the broker, and creates those that are missing if asked to.</summary>
internal sealed class TopicInspection
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    private readonly ProcessorSettings settings;
    private readonly TopicAdmin admin;
    private readonly TimeProvider time;
    private readonly TopicCheck check;

    public TopicInspection(ProcessorSettings settings, TopicAdmin admin, TimeProvider time)
    {
        this.settings = settings;
        this.admin = admin;
        this.time = time;
        check = new TopicCheck(settings);
    }

    /// <summary>What there is to say about each topic, the source first. Throws a Kafka exception if no broker answers or one refuses.</summary>
    public async Task<IReadOnlyList<TopicFinding>> RunAsync(bool create, ProgressView? progress, CancellationToken stop)
    {
        IReadOnlyList<TopicPlan> plans = TopicPlan.For(settings);
        bool hasStarted = await HasStartedAsync().ConfigureAwait(false);
        List<TopicFinding> findings = [];
        foreach (TopicPlan plan in plans)
        {
            stop.ThrowIfCancellationRequested();
            progress?.Report("looking at the topics", findings.Count, plans.Count, "topics");
            findings.Add(await InspectAsync(plan, create, hasStarted, stop).ConfigureAwait(false));
        }

        return findings;
    }

    private async Task<TopicFinding> InspectAsync(TopicPlan plan, bool create, bool hasStarted, CancellationToken stop)
    {
        int partitions = await admin.PartitionCountAsync(plan.Name).ConfigureAwait(false);
        TopicPresence presence = TopicPresence.Present;
        if (partitions == 0)
        {
            // (S1) An internal topic that was there and is gone took data with it; an empty new one would only hide that.
            if (!create || (hasStarted && plan.Name != settings.Source.Topic))
            {
                return check.Missing(plan, hasStarted);
            }

            bool created = await admin.CreateAsync(plan, settings.Stream.ReplicationFactor).ConfigureAwait(false);
            presence = created ? TopicPresence.Created : TopicPresence.Present;
            partitions = await WaitForAsync(plan, stop).ConfigureAwait(false);
        }

        IReadOnlyDictionary<string, string> configs = await admin.ConfigsAsync(plan.Name).ConfigureAwait(false);
        return check.Judge(plan, presence, partitions, configs);
    }

    // The broker answers that a topic is created before all its parts know.
    private async Task<int> WaitForAsync(TopicPlan plan, CancellationToken stop)
    {
        long started = time.GetTimestamp();
        int partitions = await admin.PartitionCountAsync(plan.Name).ConfigureAwait(false);
        while (partitions == 0 && time.GetElapsedTime(started) < TopicAdmin.AskTimeout)
        {
            await Task.Delay(LookAgain, time, stop).ConfigureAwait(false);
            partitions = await admin.PartitionCountAsync(plan.Name).ConfigureAwait(false);
        }

        return partitions;
    }

    // The first start leaves its control record in every partition of the state topic.
    private async Task<bool> HasStartedAsync()
    {
        string state = settings.Stream.StateTopic;
        int partitions = await admin.PartitionCountAsync(state).ConfigureAwait(false);
        if (partitions == 0)
        {
            return false;
        }

        IReadOnlyDictionary<int, long> ends = await admin.OffsetsAsync(state, 1, OffsetSpec.Latest()).ConfigureAwait(false);
        return ends[0] > 0;
    }
}
