using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>What merge has written about how far it has come, read without a group (A7).</summary>
public interface IProgressLog : IDisposable
{
    /// <summary>
    /// The newest committed progress record of every shard that has one; null without an answer. May be called by the polling thread; the
    /// question travels beside it.
    /// </summary>
    Task<IReadOnlyCollection<ProgressRecord>?> ReadAsync();
}
