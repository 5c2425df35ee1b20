namespace StreamSpanMetrics.Commands;

/// <summary>Whether a topic is there.</summary>
internal enum TopicPresence
{
    /// <summary>It is not there, and this is an error.</summary>
    Missing,

    /// <summary>It is not there yet: the first start of the application creates it.</summary>
    AtFirstStart,

    /// <summary>It is there.</summary>
    Present,

    /// <summary>It was created just now.</summary>
    Created,
}
