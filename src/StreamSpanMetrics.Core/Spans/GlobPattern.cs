using System.Text;
using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Attribute names by pattern, in the syntax of the connector (gobwas/glob with a dot as separator): <c>*</c> and <c>?</c> stop at dots,
/// <c>**</c> does not, <c>[abc]</c>, <c>[a-z]</c> and <c>[!a]</c> are one letter, <c>{a,b}</c> one of several patterns, and a backslash
/// takes the meaning from the next letter. It becomes an expression that is matched in time linear in the name (see
/// <see cref="TextCondition.Options"/>).
/// </summary>
public sealed class GlobPattern
{
    /// <summary>Longer patterns are refused, in characters.</summary>
    public const int MaxLength = 256;

    // One letter outside the first 65,536 is two characters here, but one of the connector's runes.
    private const string LargeLetter = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";

    private readonly string glob;
    private readonly StringBuilder regex = new(@"\A(?:");
    private int position;
    private int open;

    private GlobPattern(string glob) => this.glob = glob;

    /// <summary>The expression for <paramref name="glob"/>, or what is wrong with it.</summary>
    public static bool TryTranslate(string glob, out string regex, out string problem)
    {
        GlobPattern pattern = new(glob);
        problem = glob.Length == 0 ? "is empty" : glob.Length > MaxLength ? "is too long" : pattern.Translate();
        regex = problem.Length == 0 ? pattern.regex.Append(@")\z").ToString() : "";
        return problem.Length == 0;
    }

    private string Translate()
    {
        string problem = "";
        while (position < glob.Length && problem.Length == 0)
        {
            problem = TranslateNext(glob[position++]);
        }

        return problem.Length > 0 || open == 0 ? problem : "has a '{' without '}'";
    }

    private string TranslateNext(char letter)
    {
        switch (letter)
        {
            case '*' when position < glob.Length && glob[position] == '*':
                position++;
                regex.Append(@"[\s\S]*");
                break;
            case '*':
                regex.Append("[^.]*");
                break;
            case '?':
                regex.Append($"(?:{LargeLetter}|[^.])");
                break;
            case '[':
                return TranslateClass();
            case '{':
                open++;
                regex.Append("(?:");
                break;
            case '}' when open > 0:
                open--;
                regex.Append(')');
                break;
            case ',' when open > 0:
                regex.Append('|');
                break;
            case '\\' when position == glob.Length:
                return "ends with a backslash";
            default:
                regex.Append(Literal(letter == '\\' ? glob[position++] : letter));
                break;
        }

        return "";
    }

    // A list of letters or one range, as in gobwas: both in one class are an error there, too.
    private string TranslateClass()
    {
        bool not = position < glob.Length && glob[position] == '!';
        position += not ? 1 : 0;
        List<char> letters = [];
        bool isRange = position + 1 < glob.Length && glob[position + 1] == '-';
        for (; position < glob.Length && glob[position] != ']'; position++)
        {
            position += glob[position] == '\\' && position + 1 < glob.Length ? 1 : 0;
            letters.Add(glob[position]);
        }

        if (position == glob.Length)
        {
            return "has a '[' without ']'";
        }

        position++;
        if (letters.Count == 0)
        {
            return "has an empty '[]'";
        }

        if (isRange && (letters.Count != 3 || letters[0] > letters[2]))
        {
            return "has a range that is not of the form [a-z]";
        }

        if (letters.Exists(char.IsSurrogate))
        {
            return "has a letter in '[]' that is not supported there";
        }

        AppendClass(letters, isRange, not);
        return "";
    }

    private void AppendClass(List<char> letters, bool isRange, bool not)
    {
        regex.Append(not ? $"(?:{LargeLetter}|[^" : "[");
        for (int index = 0; index < letters.Count; index++)
        {
            regex.Append(isRange && index == 1 ? "-" : Literal(letters[index]));
        }

        regex.Append(not ? "])" : "]");
    }

    // By its number: no letter has a meaning then, in or outside of brackets.
    private static string Literal(char letter) => FormattableString.Invariant($@"\u{(int)letter:X4}");
}
