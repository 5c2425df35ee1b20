namespace StreamSpanMetrics.Configuration;

/// <summary>What Kafka allows as a topic name (apache/kafka clients/.../common/internals/Topic.java).</summary>
internal static class TopicName
{
    /// <summary>Longest name.</summary>
    public const int MaxLength = 249;

    /// <summary>The rule, for hints.</summary>
    public const string Rule = "letters, digits, '.', '_' and '-'";

    /// <summary>Whether <paramref name="text"/> may name a topic.</summary>
    public static bool IsValid(string text) => text.Length is > 0 and <= MaxLength && text is not ("." or "..") && HasOnlyAllowed(text);

    /// <summary>Whether <paramref name="text"/> may be a part of a topic name; the empty text may.</summary>
    public static bool HasOnlyAllowed(string text) => text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
}
