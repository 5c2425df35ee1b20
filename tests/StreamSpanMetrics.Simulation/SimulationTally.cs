using System.Globalization;

namespace StreamSpanMetrics.Simulation;

/// <summary>What happened in many seeds together.</summary>
public sealed class SimulationTally
{
    private readonly SortedDictionary<string, long> events = new(StringComparer.Ordinal);
    private long steps;
    private long points;
    private long folded;

    /// <summary>Seeds so far.</summary>
    public int Seeds { get; private set; }

    /// <summary>How often something happened.</summary>
    public long this[string what] => events.GetValueOrDefault(what);

    /// <summary>Entries folded into later steps.</summary>
    public long Folded => folded;

    /// <summary>Points written.</summary>
    public long Points => points;

    /// <summary>Adds a seed.</summary>
    public void Add(SimulationOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        Seeds++;
        steps += outcome.Steps;
        points += outcome.Points;
        folded += outcome.Folded;
        foreach ((string what, int count) in outcome.Events)
        {
            events[what] = events.GetValueOrDefault(what) + count;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{steps} steps, {points} points, {folded} folded; {string.Join(", ", events.Select(one => $"{one.Key} {one.Value}"))}");
}
