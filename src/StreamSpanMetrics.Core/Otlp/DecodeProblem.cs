namespace StreamSpanMetrics.Core.Otlp;

/// <summary>A decoding problem as a value: what is wrong and where.</summary>
/// <param name="Cause">What is wrong.</param>
/// <param name="Position">
/// Byte position in the record: of the offending field's tag in protobuf, of the offending value or byte in JSON.
/// </param>
public readonly record struct DecodeProblem(DecodeCause Cause, int Position)
{
    /// <summary>No problem.</summary>
    public static readonly DecodeProblem None;

    /// <summary>Whether there is a problem.</summary>
    public bool Exists => Cause != DecodeCause.None;

    /// <inheritdoc/>
    public override string ToString() => Exists ? $"{Cause} at byte {Position}" : "none";
}
