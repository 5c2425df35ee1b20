namespace StreamSpanMetrics.Core.Settings;

/// <summary>
/// <c>extensions.bearertokenauth</c>: a token in a header of HTTP requests. The file wins over the text and is read again for every
/// request, since tokens rotate.
/// </summary>
public sealed record BearerTokenSettings
{
    /// <summary>The token.</summary>
    public Secret Token { get; init; } = Secret.None;

    /// <summary>File with the token, its first line (<c>filename</c>).</summary>
    public string TokenFile { get; init; } = "";

    /// <summary>Word before the token; may be empty.</summary>
    public string Scheme { get; init; } = "Bearer";

    /// <summary>Name of the header.</summary>
    public string Header { get; init; } = "Authorization";
}
