using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Kafka;

/// <summary>What keeps an application from starting, in words: cause, consequence, and the command that repairs it.</summary>
internal sealed class ApplicationProblems
{
    private readonly ProcessorSettings settings;
    private readonly RepairCommands repair;
    private readonly string id;

    public ApplicationProblems(ProcessorSettings settings)
    {
        this.settings = settings;
        repair = new RepairCommands(settings.File);
        id = settings.Stream.ApplicationId;
    }

    /// <summary>The control record cannot be read.</summary>
    public string Control(RestoreFailure failure) =>
        new ShardProblems(settings.Stream.DeltasTopic, settings.Stream.StateTopic, repair).Record(0, failure, StateRecordKind.Control, -1);

    /// <summary>There are offsets, but no control record.</summary>
    public string LostControl() =>
        $"The application '{id}' has committed offsets, but its control record in {settings.Stream.StateTopic} is gone. A fresh start would "
        + "repeat counters from zero under the same names. Nothing was changed. To write it anew from what the shards know: "
        + $"{repair.Reset(0)}. If the topic is gone with all its records, start over under another stream.application_id.";

    /// <summary>An internal topic was deleted.</summary>
    public string LostTopic(string topic) =>
        $"The application '{id}' has run before, but the topic {topic} is gone, and with it what was in it. Nothing was changed. "
        + (topic == settings.Stream.DeltasTopic || topic == settings.Stream.StateTopic
            ? "Without it the counters cannot go on: start over under another stream.application_id."
            : $"To create it again, empty: `spanmetrics topics --create{ConfigOption()}`.");

    /// <summary>A topic has another number of partitions than there are shards.</summary>
    public string OtherShards(string topic, int partitions, int shards) =>
        $"The topic {topic} has {partitions} partitions, but should have {shards}. The number of shards (stream.shards) is fixed at the first "
        + $"start of an application id: set stream.shards to {partitions}, or take another stream.application_id, with "
        + $"stream.predecessor: {id} if the counters should go on without a hole.";

    /// <summary>The source topic is not the one of the first start (S1).</summary>
    public string OtherTopic() =>
        $"The topic {settings.Source.Topic} is not the one that the application '{id}' has read so far: it was deleted and made anew, so the "
        + "committed offsets mean nothing in it. Nothing was changed. To read the new one from its beginning and let the counters go on, "
        + $"with all workers stopped: {repair.AcceptTopic()}.";

    private string ConfigOption() => settings.File is null ? "" : " --config " + RepairCommands.Quoted(settings.File);
}
