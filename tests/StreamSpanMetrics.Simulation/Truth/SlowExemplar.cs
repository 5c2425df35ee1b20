using System.Globalization;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Simulation.Worlds;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>A span that may be an exemplar.</summary>
/// <param name="Ids">Trace id and span id in hexadecimal.</param>
/// <param name="DurationNanos">Duration.</param>
/// <param name="EndNanos">End.</param>
internal sealed record SlowExemplar(string Ids, ulong DurationNanos, ulong EndNanos)
{
    /// <summary>The first of some exemplars in their order, as texts of a step's point; empty without any.</summary>
    public static string Chosen(IEnumerable<SlowExemplar> all, int most, long step)
    {
        ulong first = (ulong)(step * Plan.IntervalMillis) * 1_000_000;
        ulong last = ((ulong)((step + 1) * Plan.IntervalMillis) * 1_000_000) - 1;
        IEnumerable<SlowExemplar> chosen = all.Distinct()
            .OrderBy(one => ByteHash.Of(Convert.FromHexString(one.Ids)))
            .ThenBy(one => one.Ids, StringComparer.Ordinal)
            .ThenBy(one => one.DurationNanos)
            .ThenBy(one => one.EndNanos)
            .Take(most);
        return string.Concat(chosen.Select(one => Text(one.Ids, one.DurationNanos / 1e6, Math.Clamp(one.EndNanos, first, last))));
    }

    /// <summary>An exemplar of a point.</summary>
    public static string Text(string ids, double value, ulong timeNanos) =>
        string.Create(CultureInfo.InvariantCulture, $" {{{ids} {value:R}@{timeNanos}}}");
}
