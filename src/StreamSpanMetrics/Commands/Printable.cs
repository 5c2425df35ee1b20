namespace StreamSpanMetrics.Commands;

/// <summary>Text from outside for a terminal.</summary>
internal static class Printable
{
    /// <summary>The text without characters that could steer the terminal.</summary>
    public static string Of(string text) => new([.. text.Select(character => char.IsControl(character) ? '\uFFFD' : character)]);
}
