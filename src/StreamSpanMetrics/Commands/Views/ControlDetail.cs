namespace StreamSpanMetrics.Commands.Views;

/// <summary>What the very first start wrote down.</summary>
/// <param name="Format">Format of the state.</param>
/// <param name="Semantics">Meaning of settings, raised when a release changes one.</param>
/// <param name="RulesFingerprint">Fingerprint of the rules, in hexadecimal digits.</param>
/// <param name="Shards">Number of shards.</param>
/// <param name="SourceTopic">The source topic.</param>
/// <param name="StartOffsets">First source offset that counts, by partition.</param>
/// <param name="Rules">The rules, one a line.</param>
internal sealed record ControlDetail(
    uint Format, uint Semantics, string RulesFingerprint, uint Shards, string SourceTopic, IReadOnlyList<long> StartOffsets,
    IReadOnlyList<string> Rules);
