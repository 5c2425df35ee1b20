namespace StreamSpanMetrics.Http;

/// <summary>A page of text, made anew for every request.</summary>
/// <param name="ContentType">Value of the header <c>Content-Type</c>.</param>
/// <param name="Text">Makes the text; called on the server's threads, several at a time.</param>
public sealed record Page(string ContentType, Func<string> Text);
