using System.Globalization;
using System.Text;

namespace StreamSpanMetrics.Core.Settings.Conditions;


/// <summary>Takes a condition apart, by the rules of OTTL (pkg/ottl/grammar.go). Not thread-safe.</summary>
internal sealed class ConditionLexer(string text)
{
    private static readonly string[] LongSigns = ["==", "!=", "<=", ">="];

    private int position;

    /// <summary>Takes the next part.</summary>
    public ConditionToken Next()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        if (position == text.Length)
        {
            return new ConditionToken(ConditionTokenKind.End, position, "");
        }

        char first = text[position];
        if (char.IsAsciiLetter(first) || first == '_')
        {
            return Take(ConditionTokenKind.Word, LengthOf(position, IsOfWord));
        }

        if (char.IsAsciiDigit(first) || (first is '+' or '-' or '.' && IsNumberAt(position + 1)))
        {
            return Number();
        }

        return first == '"' ? Quoted() : Sign();
    }

    private static bool IsOfWord(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    private bool IsNumberAt(int at) =>
        at < text.Length && (char.IsAsciiDigit(text[at]) || (text[at] == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])));

    private int LengthOf(int from, Func<char, bool> belongs)
    {
        int end = from;
        while (end < text.Length && belongs(text[end]))
        {
            end++;
        }

        return end - from;
    }

    private ConditionToken Take(ConditionTokenKind kind, int length, string meaning = "")
    {
        ConditionToken token = new(kind, position, text.Substring(position, length), meaning);
        position += length;
        return token;
    }

    private ConditionToken Number()
    {
        int end = position + (text[position] is '+' or '-' ? 1 : 0);
        end += LengthOf(end, char.IsAsciiDigit);
        if (end + 1 >= text.Length || text[end] != '.' || !char.IsAsciiDigit(text[end + 1]))
        {
            return Take(ConditionTokenKind.Integer, end - position);
        }

        end += 1 + LengthOf(end + 1, char.IsAsciiDigit);
        if (end < text.Length && text[end] is 'e' or 'E')
        {
            int digits = end + 1 + (end + 1 < text.Length && text[end + 1] is '+' or '-' ? 1 : 0);
            int count = LengthOf(Math.Min(digits, text.Length), char.IsAsciiDigit);
            end = count > 0 ? digits + count : end;
        }

        return Take(ConditionTokenKind.Double, end - position);
    }

    private ConditionToken Sign()
    {
        foreach (string sign in LongSigns)
        {
            if (string.CompareOrdinal(text, position, sign, 0, sign.Length) == 0)
            {
                return Take(ConditionTokenKind.Sign, sign.Length);
            }
        }

        bool known = text[position] is '<' or '>' or '(' or ')' or '[' or ']' or ',' or '.';
        bool pair = char.IsHighSurrogate(text[position]) && position + 1 < text.Length;
        return Take(known ? ConditionTokenKind.Sign : ConditionTokenKind.Unknown, pair ? 2 : 1);
    }

    // A quote that is never closed, or a backslash before a letter that has no meaning there, is no text.
    private ConditionToken Quoted()
    {
        StringBuilder meaning = new();
        int at = position + 1;
        while (at < text.Length && text[at] is not ('"' or '\n'))
        {
            if (text[at] != '\\')
            {
                meaning.Append(text[at++]);
            }
            else if (!TryReadEscape(ref at, meaning))
            {
                return Take(ConditionTokenKind.Unknown, at - position);
            }
        }

        return at < text.Length && text[at] == '"'
            ? Take(ConditionTokenKind.Text, at + 1 - position, meaning.ToString())
            : Take(ConditionTokenKind.Unknown, at - position);
    }

    // Those of a Go string, but for bytes that are no character by themselves.
    private bool TryReadEscape(ref int at, StringBuilder meaning)
    {
        const string Letters = "abfnrtv\\\"";
        const string Meanings = "\a\b\f\n\r\t\v\\\"";
        char letter = at + 1 < text.Length ? text[at + 1] : ' ';
        at = Math.Min(at + 2, text.Length);
        int known = Letters.IndexOf(letter, StringComparison.Ordinal);
        if (known >= 0)
        {
            meaning.Append(Meanings[known]);
            return true;
        }

        int digits = letter switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0 || at + digits > text.Length
            || !uint.TryParse(text.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
            || (letter == 'x' && code > 0x7F) || !Rune.TryCreate(code, out Rune rune))
        {
            return false;
        }

        at += digits;
        meaning.Append(rune.ToString());
        return true;
    }
}
