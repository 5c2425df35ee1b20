namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Orders strings by their UTF-8 bytes, as Go and Prometheus do. Ordinal order of UTF-16 differs only where a surrogate meets
/// a letter from U+E000 on: in UTF-8 the surrogate pair is the greater one.
/// </summary>
internal sealed class Utf8Order : IComparer<string>
{
    /// <summary>The only instance needed.</summary>
    public static readonly Utf8Order Instance = new();

    /// <inheritdoc/>
    public int Compare(string? left, string? right)
    {
        ReadOnlySpan<char> first = left;
        ReadOnlySpan<char> second = right;
        int same = first.CommonPrefixLength(second);
        if (same == first.Length || same == second.Length)
        {
            return first.Length - second.Length;
        }

        char a = first[same];
        char b = second[same];
        if (char.IsSurrogate(a) != char.IsSurrogate(b) && a >= 0xD800 && b >= 0xD800)
        {
            return char.IsSurrogate(a) ? 1 : -1;
        }

        return a - b;
    }
}
