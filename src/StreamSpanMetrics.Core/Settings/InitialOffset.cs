namespace StreamSpanMetrics.Core.Settings;

/// <summary>Where the very first start of an application id begins to read.</summary>
public enum InitialOffset
{
    /// <summary>At the oldest record that the topic still has.</summary>
    Earliest,

    /// <summary>At the end.</summary>
    Latest,
}
