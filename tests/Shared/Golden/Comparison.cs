namespace StreamSpanMetrics.Testing.Golden;

/// <summary>Collects differences, so that a failure shows them all and not only the first.</summary>
internal sealed class Comparison
{
    private const int MostShown = 40;

    private readonly HashSet<string> expected = [];
    private readonly HashSet<string> actual = [];
    private readonly List<string> differences = [];

    /// <summary>What differs between two sets of points by identity; null if nothing does.</summary>
    public static string? Difference(
        IReadOnlyDictionary<string, GoldenPoint> wanted, IReadOnlyDictionary<string, GoldenPoint> found, double tolerance)
    {
        Comparison comparison = new();
        foreach ((string identity, GoldenPoint point) in found)
        {
            comparison.AddActual(identity);
            if (wanted.TryGetValue(identity, out GoldenPoint? known))
            {
                comparison.Equal(known, point, tolerance);
            }
        }

        foreach (string identity in wanted.Keys)
        {
            comparison.AddExpected(identity);
        }

        return comparison.Text;
    }

    /// <summary>Something that has to be there.</summary>
    public void AddExpected(string identity) => expected.Add(identity);

    /// <summary>Something that is there.</summary>
    public void AddActual(string identity) => actual.Add(identity);

    /// <summary>Numbers that have to be the same.</summary>
    public void Equal(string identity, ulong[] wanted, ulong[] found)
    {
        if (!wanted.SequenceEqual(found))
        {
            differences.Add($"{identity}: {string.Join(' ', found)} instead of {string.Join(' ', wanted)}");
        }
    }

    /// <summary>Two points of one identity: counts and buckets are exact, sums hold to a relative tolerance.</summary>
    public void Equal(GoldenPoint wanted, GoldenPoint found, double tolerance)
    {
        Equal(wanted.Identity, wanted.ComparableWith(found), found.ComparableWith(wanted));
        Near(wanted.Identity, wanted.Sum, found.Sum, tolerance);
        if (wanted.Layout is not null && found.Layout is not null && wanted.Layout != found.Layout)
        {
            differences.Add($"{wanted.Identity}: {found.Layout} instead of {wanted.Layout}");
        }
    }

    /// <summary>Numbers that have to agree to a relative tolerance.</summary>
    public void Near(string identity, double wanted, double found, double tolerance)
    {
        if (!(Math.Abs(wanted - found) <= Math.Abs(wanted) * tolerance))
        {
            differences.Add($"{identity}: {found:R} instead of {wanted:R}");
        }
    }

    /// <summary>What differs, is missing or is too much; null if nothing does.</summary>
    public string? Text
    {
        get
        {
            List<string> all =
            [
                .. differences,
                .. expected.Except(actual).Select(identity => "missing: " + identity),
                .. actual.Except(expected).Select(identity => "too much: " + identity),
            ];
            return all.Count == 0 ? null : $"{all.Count} differences\n{string.Join('\n', all.Take(MostShown))}";
        }
    }

    /// <summary>Fails if anything differs, is missing or is too much, or if there was nothing to compare.</summary>
    public void Check()
    {
        Assert.NotEmpty(expected);
        Assert.True(Text is null, Text);
    }
}
