namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>What a test makes of a transaction.</summary>
internal enum TransactionFault
{
    None,
    Aborted,
    UnknownWritten,
    UnknownNotWritten,
    Fenced,

    /// <summary>The process dies before anything is written.</summary>
    CrashBefore,

    /// <summary>The process dies when everything is written.</summary>
    CrashAfter,
}
