namespace StreamSpanMetrics.Testing.Golden;

/// <summary>A point without its times, in a form that can be compared.</summary>
/// <param name="Service">Text of the resource's <c>service.name</c>, or of the dimension where there is none; empty without both.</param>
/// <param name="Identity">Resource, metric and attributes, sorted by name, values with their kind.</param>
/// <param name="Counts">The number, or count and buckets of a histogram: whole numbers all.</param>
/// <param name="Sum">Sum of a histogram, 0 for a number.</param>
/// <param name="Layout">Where the buckets of an exponential histogram are; empty for other points, null where several were joined.</param>
internal sealed record GoldenPoint(string Service, string Identity, ulong[] Counts, double Sum, string? Layout = "")
{
    // Count and zero count: all that joined exponential histograms can be compared by.
    private const int ScaleFreeCounts = 2;

    /// <summary>Exemplars as trace id, span id and value.</summary>
    public IReadOnlyList<string> Exemplars { get; init; } = [];

    /// <summary>Identity and counts, the part that is equal or is not.</summary>
    public string Exact => $"{Identity} {string.Join(' ', Counts)}";

    /// <summary>Both points in one, as if one series had counted what both did.</summary>
    public GoldenPoint Plus(GoldenPoint other) => this with
    {
        Counts = [.. Counts.Zip(other.Counts, (left, right) => left + right)],
        Sum = Sum + other.Sum,
        Layout = Layout == "" ? "" : null,
        Exemplars = [.. Exemplars, .. other.Exemplars],
    };

    /// <summary>The counts that can be compared with those of <paramref name="other"/>.</summary>
    public ulong[] ComparableWith(GoldenPoint other) => Layout is null || other.Layout is null ? Counts[..ScaleFreeCounts] : Counts;
}
