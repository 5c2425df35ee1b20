using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands;

/// <summary>What was found about one topic.</summary>
/// <param name="Plan">How it should be.</param>
/// <param name="Presence">Whether it is there.</param>
/// <param name="Partitions">Its partitions; those planned if it is not there.</param>
/// <param name="Configs">Its settings that matter, in the order of their names; empty if it is not there.</param>
/// <param name="Problems">What should be otherwise.</param>
/// <param name="Notes">What is worth knowing.</param>
internal sealed record TopicFinding(
    TopicPlan Plan,
    TopicPresence Presence,
    int Partitions,
    IReadOnlyList<KeyValuePair<string, string>> Configs,
    IReadOnlyList<TopicProblem> Problems,
    IReadOnlyList<string> Notes);
