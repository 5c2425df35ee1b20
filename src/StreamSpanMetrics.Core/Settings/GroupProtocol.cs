namespace StreamSpanMetrics.Core.Settings;

/// <summary>How workers agree on who reads which partition.</summary>
public enum GroupProtocol
{
    /// <summary>The workers agree among themselves (cooperative-sticky): any broker from 2.5 on.</summary>
    Classic,

    /// <summary>
    /// The broker decides (KIP-848): brokers from 4.0 on, better from 4.3 on, which bear with a slightly old epoch in a transaction.
    /// </summary>
    Consumer,
}
