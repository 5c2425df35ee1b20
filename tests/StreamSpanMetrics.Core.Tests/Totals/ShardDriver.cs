using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Drives a shard as the merge stage does, without transactions: every closable step is emitted at once.</summary>
public sealed class ShardDriver
{
    private readonly PointEncoder encoder;
    private long nextDeltasOffset;

    public ShardDriver(ShardRules? rules = null, PointRules? points = null, params long[] startOffsets)
    {
        ShardRules used = rules ?? BlockBuilder.Rules;
        State = new ShardState(used, startOffsets.Length > 0 ? startOffsets : [0, 0], BlockBuilder.TopicId);
        encoder = new PointEncoder(
            (points ?? BlockBuilder.PointRules) with { IntervalMillis = used.IntervalMillis, Emission = used.Emission }, used.Layout);
    }

    public ShardState State { get; }

    public List<EmittedRecord> Records { get; } = [];

    public ApplyResult Apply(DeltaBlock block)
    {
        ApplyResult result = State.Apply(block, nextDeltasOffset);
        Emit();
        State.CompleteRecord(nextDeltasOffset++);
        return result;
    }

    public void Emit()
    {
        while (State.NextClosableStep is long step)
        {
            State.Close(step);
            StepRecords records = new(State, encoder);
            while (records.MoveNext())
            {
                Records.Add(new EmittedRecord(step, Convert.ToHexString(records.Key), Convert.ToHexString(records.Value)));
            }

            State.Finish();
        }
    }

    /// <summary>(seconds, value) of every calls point with a value, in the order of emission.</summary>
    public List<(long Seconds, long Value)> Calls()
    {
        List<(long, long)> points = [];
        foreach (NumberDataPoint point in CallPoints())
        {
            if (point.Flags == 0)
            {
                points.Add(((long)(point.TimeUnixNano / 1_000_000_000), point.AsInt));
            }
        }

        return points;
    }

    public IEnumerable<NumberDataPoint> CallPoints()
    {
        foreach (EmittedRecord record in Records)
        {
            foreach (Metric metric in Metrics(record))
            {
                if (metric.Name.EndsWith("calls", StringComparison.Ordinal))
                {
                    foreach (NumberDataPoint point in metric.Sum.DataPoints)
                    {
                        yield return point;
                    }
                }
            }
        }
    }

    public static RepeatedField<Metric> Metrics(EmittedRecord record) => record.Request.ResourceMetrics[0].ScopeMetrics[0].Metrics;
}
