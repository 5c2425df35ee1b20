namespace StreamSpanMetrics.Core.Totals;

/// <summary>Kinds of records of the state topic.</summary>
public enum StateRecordKind
{
    /// <summary>None in particular.</summary>
    None,

    /// <summary>The control record of the first start (S1).</summary>
    Control,

    /// <summary>The progress that every merge transaction writes.</summary>
    Progress,

    /// <summary>A chunk of a snapshot set (S3).</summary>
    Chunk,

    /// <summary>A repair (M2).</summary>
    Repair,
}
