namespace StreamSpanMetrics.Core.Settings;

/// <summary>A set of dimensions by the area of the semantic conventions that it is from.</summary>
public enum DimensionPreset
{
    /// <summary>HTTP servers and clients.</summary>
    Http = 0,

    /// <summary>Remote procedure calls.</summary>
    Rpc = 1,

    /// <summary>Calls of databases.</summary>
    Db = 2,

    /// <summary>Producers and consumers of messages.</summary>
    Messaging = 3,
}
