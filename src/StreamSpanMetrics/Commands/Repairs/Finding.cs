namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>Something that <c>state verify</c> found wrong.</summary>
/// <param name="Kind">What it is, a fixed word: see docs/troubleshooting.md.</param>
/// <param name="Shard">The shard concerned; null if it is none in particular.</param>
/// <param name="Chunk">The chunk of its snapshot concerned; null if it is none.</param>
/// <param name="Partition">The source partition concerned; null if it is none.</param>
/// <param name="Message">Cause, consequence, and the command that repairs it.</param>
internal sealed record Finding(string Kind, int? Shard, int? Chunk, int? Partition, string Message);
