using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>What merge would have written; a test sets it.</summary>
internal sealed class MemoryProgressLog : IProgressLog
{
    private readonly Dictionary<int, ProgressRecord> newest = [];

    /// <summary>Whether questions are answered.</summary>
    public bool Answers { get; set; } = true;

    /// <summary>Questions so far.</summary>
    public int Asked { get; private set; }

    /// <summary>Sets the progress of a shard: watermarks by source partition, null where there is none.</summary>
    public void Set(int shard, long closedStep, params long?[] clocksMillis)
    {
        ProgressRecord record = new() { ClosedStep = closedStep };
        for (int partition = 0; partition < clocksMillis.Length; partition++)
        {
            record.Sources.Add(new SourcePosition
            {
                Partition = (uint)partition,
                ClockUnixMillis = clocksMillis[partition] ?? SourceState.NoClock,
            });
        }

        newest[shard] = record;
    }

    public Task<IReadOnlyCollection<ProgressRecord>?> ReadAsync()
    {
        Asked++;
        return Task.FromResult<IReadOnlyCollection<ProgressRecord>?>(Answers ? [.. newest.Values] : null);
    }

    public void Dispose()
    {
    }
}
