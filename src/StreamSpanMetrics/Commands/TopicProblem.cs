namespace StreamSpanMetrics.Commands;

/// <summary>Something about a topic that should be otherwise.</summary>
/// <param name="IsError">Whether the application cannot do its work so; otherwise it is advice.</param>
/// <param name="Message">What is wrong, in one sentence.</param>
/// <param name="Hint">What to do about it.</param>
internal sealed record TopicProblem(bool IsError, string Message, string Hint);
