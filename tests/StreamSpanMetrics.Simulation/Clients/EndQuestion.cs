using StreamSpanMetrics.Simulation.Cluster;

namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>A question for log ends: it arrives at the brokers some time after it was asked, and its answer some time after that.</summary>
internal sealed class EndQuestion(IReadOnlyList<int> partitions, long arrivalTicks, long answerTicks, bool isLost)
{
    private readonly TaskCompletionSource<IReadOnlyDictionary<int, long>> answer = new();
    private Dictionary<int, long>? ends;

    /// <summary>The answer; empty if it is lost.</summary>
    public Task<IReadOnlyDictionary<int, long>> Answer => answer.Task;

    /// <summary>Whether the answer has arrived.</summary>
    public bool IsAnswered => answer.Task.IsCompleted;

    /// <summary>Looks whether its time has come.</summary>
    public void Turn(long nowTicks, SimTopic topic)
    {
        if (ends is null && nowTicks >= arrivalTicks)
        {
            ends = isLost ? [] : partitions.Where(partition => partition < topic.Partitions.Count)
                .ToDictionary(partition => partition, partition => topic.Partitions[partition].End);
        }

        if (ends is not null && nowTicks >= answerTicks)
        {
            answer.TrySetResult(ends);
        }
    }
}
