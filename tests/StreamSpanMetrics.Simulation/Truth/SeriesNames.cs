namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>How series are named here: by all that tells them apart.</summary>
internal static class SeriesNames
{
    /// <summary>Prefix of series of events.</summary>
    public const string Events = "E|";

    /// <summary>Prefix of series of spans.</summary>
    public const string Spans = "S|";

    private const string Overflow = "overflow";

    /// <summary>The overflow series of the same family and resource as a series.</summary>
    public static string OverflowOf(string series) => $"{OwnerOf(series)}|{Overflow}";

    /// <summary>Family and resource of a series.</summary>
    public static string OwnerOf(string series) => string.Join('|', series.Split('|').Take(3));

    /// <summary>Resource of a series.</summary>
    public static string ResourceOf(string series) => string.Join('|', series.Split('|').Skip(1).Take(2));

    /// <summary>Whether a series is an overflow series.</summary>
    public static bool IsOverflow(string series) => series.Split('|') is [_, _, _, Overflow];

    /// <summary>The dimensions of a series, in the order of the bytes of its key: a shorter text comes first, then by its characters.</summary>
    public static string SortKey(string series) =>
        string.Concat(series.Split('|').Skip(3).Select(text => (char)text.Length + text));

    /// <summary>A series of spans.</summary>
    public static string OfSpans(string service, string environment, string name, string kind, string status) =>
        $"{Spans}{service}|{environment}|{name}|{kind}|{status}";

    /// <summary>A series of events.</summary>
    public static string OfEvents(string service, string environment, string name, string kind, string status, string exception) =>
        $"{Events}{service}|{environment}|{name}|{kind}|{status}|{exception}";
}
