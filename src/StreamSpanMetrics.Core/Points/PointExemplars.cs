using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Core.Points;

/// <summary>
/// Writes the exemplars of a series (<c>Exemplar</c> of opentelemetry/proto/metrics/v1/metrics.proto): as in the connector the value is the
/// span's duration, also for counters. The time is the span's end, moved into the step in which it counts: receivers take the exemplars of a
/// series in rising time only, and spans come late.
/// </summary>
/// <param name="nanosPerUnit">Nanoseconds of the published unit.</param>
internal sealed class PointExemplars(ulong nanosPerUnit)
{
    private readonly ProtobufBuffer encoded = new();
    private SpanExemplar[] exemplars = new SpanExemplar[8];
    private int[] ends = new int[8];
    private int count;

    /// <summary>Gets those of a series ready; a stale marker has none.</summary>
    public void Prepare(StepExemplars step, int slot, PointTimes times)
    {
        count = 0;
        if (step.Closing is not ExemplarSets sets || times.MaxExemplars == 0 || times.IsStale)
        {
            return;
        }

        int wanted = Math.Min(sets.CountOf(slot), times.MaxExemplars);
        if (wanted > exemplars.Length)
        {
            exemplars = new SpanExemplar[wanted * 2];
            ends = new int[wanted * 2];
        }

        encoded.Clear();
        int read = sets.Read(slot, exemplars.AsSpan(0, wanted));
        foreach (ref readonly SpanExemplar exemplar in exemplars.AsSpan(0, read))
        {
            Encode(exemplar, times);
            ends[count++] = encoded.Length;
        }
    }

    /// <summary>Writes what was got ready as <paramref name="field"/> of a point.</summary>
    public void WriteTo(ProtobufBuffer point, int field)
    {
        int start = 0;
        for (int at = 0; at < count; at++)
        {
            point.WriteField(field, encoded.Written[start..ends[at]]);
            start = ends[at];
        }
    }

    private void Encode(in SpanExemplar exemplar, PointTimes times)
    {
        Span<byte> ids = stackalloc byte[SpanExemplar.IdBytes];
        exemplar.WriteIds(ids);
        ulong time = Math.Clamp(exemplar.EndNanos, times.FirstExemplarNanos, times.LastExemplarNanos);
        if (time != 0)
        {
            encoded.WriteFixed64Field(2, time);
        }

        encoded.WriteFixed64Field(3, BitConverter.DoubleToUInt64Bits(DurationSum.ToDouble(exemplar.DurationNanos, nanosPerUnit)));
        if (exemplar.SpanId != 0)
        {
            encoded.WriteField(4, ids[(2 * sizeof(ulong))..]);
        }

        encoded.WriteField(5, ids[..(2 * sizeof(ulong))]);
    }
}
