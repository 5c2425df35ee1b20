using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;

namespace StreamSpanMetrics.Stages;

/// <summary>What the aggregate loop holds of one partition it owns, since the last cut. Polling thread only.</summary>
internal sealed class SourcePartition
{
    private DeltaAccumulator spare;

    public SourcePartition(int number, long from, bool first, Func<DeltaAccumulator> newAccumulator)
    {
        Number = number;
        FromOffset = from;
        IsFirst = first;
        Accumulator = newAccumulator();
        spare = newAccumulator();
    }

    /// <summary>Number of the partition.</summary>
    public int Number { get; }

    /// <summary>First offset that the next block covers (A1).</summary>
    public long FromOffset { get; set; }

    /// <summary>Whether the next block is the first ever of a partition that the control record does not know (S1).</summary>
    public bool IsFirst { get; set; }

    /// <summary>Whether the next block covers a range that was lost (A8).</summary>
    public bool IsLost { get; set; }

    /// <summary>Where the log begins behind a lost range: the next block reaches at least this far.</summary>
    public long SkippedToOffset { get; set; }

    /// <summary>Observations since the last cut.</summary>
    public DeltaAccumulator Accumulator { get; private set; }

    /// <summary>Dead letters since the last cut.</summary>
    public List<OutgoingRecord> DeadLetters { get; } = [];

    /// <summary>Running maximum of the record timestamps since the last cut; 0 without records (T1).</summary>
    public long ClockMillis { get; set; }

    /// <summary>Watermark by idle advance (T3); 0 without.</summary>
    public long IdleWatermarkMillis { get; set; }

    /// <summary>Watermark that the last cut carried: a cut that moves neither offset nor watermark need not be sent.</summary>
    public long SentWatermarkMillis { get; set; }

    /// <summary>Newest timestamp of a record, as it was written; 0 before the first. Only told, never computed with.</summary>
    public long NewestMillis { get; set; }

    /// <summary>The watermark as far as this loop knows it; null before it has one.</summary>
    public long? WatermarkMillis
    {
        get
        {
            long watermark = Math.Max(SentWatermarkMillis, Math.Max(ClockMillis, IdleWatermarkMillis));
            return watermark > 0 ? watermark : null;
        }
    }

    /// <summary>Why it is not being read just now.</summary>
    public PauseReasons Pauses { get; set; }

    /// <summary>Undecodable records, less decodable ones (A9).</summary>
    public int BadScore { get; set; }

    /// <summary>Timestamp at which too many were undecodable.</summary>
    public long BrokenAt { get; set; }

    /// <summary>Whether a record came since the last idle question.</summary>
    public bool HadRecords { get; set; }

    /// <summary>Whether the last record had the broker's timestamp; null before the first.</summary>
    public bool? IsLogAppendTime { get; set; }

    /// <summary>
    /// Hands the accumulator to a cut and goes on with the other one (A6), which the cut before has emptied: there is only one on its way.
    /// </summary>
    public DeltaAccumulator SwapAccumulator()
    {
        (Accumulator, spare) = (spare, Accumulator);
        return spare;
    }

    /// <summary>Forgets all that came since the last cut and goes on from <paramref name="offset"/>.</summary>
    public void Rewind(long offset)
    {
        FromOffset = offset;
        IsLost = false;
        SkippedToOffset = 0;
        Accumulator.Clear();
        DeadLetters.Clear();
        ClockMillis = 0;
        IdleWatermarkMillis = 0;
        SentWatermarkMillis = 0;
    }
}
