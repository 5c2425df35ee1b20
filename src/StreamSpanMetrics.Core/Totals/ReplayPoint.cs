using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>A place in the deltas topic, and what held right before the record there was applied. Immutable.</summary>
internal sealed class ReplayPoint
{
    public ReplayPoint(long deltasOffset, long closedStep, ReadOnlySpan<SourceState> sources)
    {
        DeltasOffset = deltasOffset;
        ClosedStep = closedStep;
        Sources = sources.ToArray();
    }

    public long DeltasOffset { get; }

    public long ClosedStep { get; }

    public SourceState[] Sources { get; }

    public ReplayStart ToMessage()
    {
        ReplayStart message = new() { DeltasOffset = DeltasOffset, ClosedStep = ClosedStep };
        SourcePositions.Write(Sources, message.Sources);
        return message;
    }
}
