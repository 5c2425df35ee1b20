using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Slots behind those of the names, one for each dimension with aliases: they get the first value that is present among those of its
/// names. So whoever makes keys reads one slot for a dimension, whatever its names are. Immutable.
/// </summary>
public sealed class AliasSlots
{
    private readonly int[][] sources;
    private readonly int first;

    /// <summary>Slots from <paramref name="first"/> on; <paramref name="sources"/> are for each the slots of its names, in order.</summary>
    internal AliasSlots(int first, IReadOnlyList<int[]> sources)
    {
        this.first = first;
        this.sources = [.. sources];
    }

    /// <summary>Fills the slots from the values of a span or an event.</summary>
    public void Fill(ValueSlice[] values)
    {
        for (int index = 0; index < sources.Length; index++)
        {
            ValueSlice found = ValueSlice.Absent;
            foreach (int source in sources[index])
            {
                if (values[source].IsPresent)
                {
                    found = values[source];
                    break;
                }
            }

            values[first + index] = found;
        }
    }

    /// <summary>Fills the slots from the values of a resource.</summary>
    public void Fill(byte[]?[] values)
    {
        for (int index = 0; index < sources.Length; index++)
        {
            foreach (int source in sources[index])
            {
                values[first + index] ??= values[source];
            }
        }
    }
}
