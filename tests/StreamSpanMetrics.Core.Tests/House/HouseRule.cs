namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>How a house rule is asserted: what breaks it is exactly what its list allows, so that a list can only shrink.</summary>
internal static class HouseRule
{
    /// <summary>Fails with the rule's sentence for a breach that is not allowed, and for an allowed one that is no longer there.</summary>
    /// <param name="rule">The rule, as a sentence.</param>
    /// <param name="breaches">Where it is broken: path, then what.</param>
    /// <param name="allowed">Breaches that are known; never to be added to.</param>
    public static void Expect(string rule, IEnumerable<string> breaches, IReadOnlyCollection<string> allowed)
    {
        string[] found = [.. breaches.Distinct().Order(StringComparer.Ordinal)];
        string[] unknown = [.. found.Except(allowed)];
        string[] gone = [.. allowed.Except(found)];
        Assert.True(unknown.Length == 0, $"{rule} Broken by:\n{string.Join('\n', unknown)}");
        Assert.True(gone.Length == 0, $"{rule} No longer broken by, so take it off the list:\n{string.Join('\n', gone)}");
    }
}
