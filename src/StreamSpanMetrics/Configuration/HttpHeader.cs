using System.Buffers;

namespace StreamSpanMetrics.Configuration;

/// <summary>What may stand in a header of an HTTP request.</summary>
internal static class HttpHeader
{
    // RFC 9110, section 5.6.2: the letters of a token.
    private static readonly SearchValues<char> TokenLetters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether <paramref name="text"/> is the name of a header.</summary>
    public static bool IsName(string text) => text.Length > 0 && !text.AsSpan().ContainsAnyExcept(TokenLetters);

    /// <summary>Whether <paramref name="text"/> is printable ASCII, as values should be.</summary>
    public static bool IsValue(string text) => text.All(letter => letter is >= ' ' and < '\u007f');
}
