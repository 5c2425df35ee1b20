using System.Globalization;

namespace StreamSpanMetrics.Tests.Conformance;

/// <summary>A case of the connector's behaviour, and what we do in it.</summary>
/// <param name="Number">Number in the list.</param>
/// <param name="What">The case in a few words.</param>
/// <param name="Verdict"><c>equal</c>, <c>different</c>, <c>missing</c> or <c>absent</c>.</param>
/// <param name="Proofs">Tests that show it, as class and method.</param>
/// <param name="Why">The reason, where there is one.</param>
internal sealed record ConformanceCase(int Number, string What, string Verdict, IReadOnlyList<string> Proofs, string Why)
{
    /// <summary>All cases, by number.</summary>
    public static IReadOnlyList<ConformanceCase> Read(string text) =>
        [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(Parse).OrderBy(one => one.Number)];

    private static ConformanceCase Parse(string line)
    {
        string[] parts = [.. line.Split('|').Select(part => part.Trim())];
        Assert.Equal(4, parts.Length);
        bool hasProof = parts[2] is "equal" or "different";
        string[] evidence = parts[3].Split(';', 2, StringSplitOptions.TrimEntries);
        return new ConformanceCase(
            int.Parse(parts[0], CultureInfo.InvariantCulture),
            parts[1],
            parts[2],
            hasProof ? evidence[0].Split(',', StringSplitOptions.TrimEntries) : [],
            hasProof ? (evidence.Length > 1 ? evidence[1] : "") : parts[3]);
    }
}
