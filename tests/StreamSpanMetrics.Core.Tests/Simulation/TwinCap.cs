using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>
/// The keys that open steps keep of one source partition (P-6): the first four times the limit of a step, resource and family. What overflows
/// as it arrives is without its dimensions from then on.
/// </summary>
internal sealed class TwinCap(Func<long, int> limitOf)
{
    private readonly Dictionary<(long, string, SeriesFamily), HashSet<string>> kept = [];

    /// <summary>Observations that overflowed.</summary>
    public int Overflowed { get; private set; }

    /// <summary>What becomes of an observation; asked in the order of the partition's offsets.</summary>
    public Observation Judge(Observation observation, long step)
    {
        (long, string, SeriesFamily) of = (step, TwinKeys.OfResource(observation.Resource), observation.Series.Family);
        kept.TryAdd(of, []);
        string key = TwinKeys.OfSeries(observation.Series);
        if (limitOf(step) == 0 || kept[of].Contains(key) || kept[of].Count < 4 * limitOf(step))
        {
            kept[of].Add(key);
            return observation;
        }

        Overflowed++;
        return observation with { Series = new TestSeries(observation.Series.Family), Exemplars = [] };
    }
}
