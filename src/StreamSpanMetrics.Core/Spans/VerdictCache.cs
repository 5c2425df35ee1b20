using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Verdicts on short texts by their bytes, a fixed number of them: names and values repeat, and looking one up costs less than working it
/// out. Not thread-safe.
/// </summary>
internal sealed class VerdictCache
{
    private const int Entries = 128;
    private const int MaxBytes = 120;
    private const sbyte Unknown = -1;

    private readonly byte[] bytesByEntry = new byte[Entries * MaxBytes];
    private readonly sbyte[] lengths = new sbyte[Entries];
    private readonly bool[] verdicts = new bool[Entries];

    /// <summary>An empty cache.</summary>
    public VerdictCache() => Array.Fill(lengths, Unknown);

    /// <summary>
    /// Finds the verdict on <paramref name="bytes"/>. If it is not known, <paramref name="entry"/> is where <see cref="Keep"/> puts it;
    /// negative for a text that is too long to be kept.
    /// </summary>
    public bool TryFind(ReadOnlySpan<byte> bytes, out int entry, out bool verdict)
    {
        verdict = false;
        entry = -1;
        if (bytes.Length > MaxBytes)
        {
            return false;
        }

        entry = (int)(ByteHash.ForTable(bytes) % Entries);
        verdict = verdicts[entry];
        return lengths[entry] == bytes.Length && bytes.SequenceEqual(bytesByEntry.AsSpan(entry * MaxBytes, bytes.Length));
    }

    /// <summary>Keeps the verdict on a text for which <see cref="TryFind"/> gave this entry, and returns it.</summary>
    public bool Keep(ReadOnlySpan<byte> bytes, int entry, bool verdict)
    {
        if (entry >= 0)
        {
            bytes.CopyTo(bytesByEntry.AsSpan(entry * MaxBytes));
            lengths[entry] = (sbyte)bytes.Length;
            verdicts[entry] = verdict;
        }

        return verdict;
    }
}
