namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>How series are named here: by all that tells them apart.</summary>
internal static class SeriesNames
{
    /// <summary>Prefix of series of events.</summary>
    public const string Events = "E|";

    /// <summary>Prefix of series of spans.</summary>
    public const string Spans = "S|";

    /// <summary>A series of spans.</summary>
    public static string OfSpans(string service, string environment, string name, string kind, string status) =>
        $"{Spans}{service}|{environment}|{name}|{kind}|{status}";

    /// <summary>A series of events.</summary>
    public static string OfEvents(string service, string environment, string name, string kind, string status, string exception) =>
        $"{Events}{service}|{environment}|{name}|{kind}|{status}|{exception}";
}
