using System.Text;
using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>Finds the members of types in masked C# text (<see cref="CodeMask"/>) by matching braces.</summary>
internal sealed partial class MemberScanner
{
    private readonly string code;
    private readonly List<Member> members = [];
    private int position;

    private MemberScanner(string code)
    {
        this.code = code;
    }

    /// <summary>The members with a body, in the order of the file, those of nested types included.</summary>
    public static IReadOnlyList<Member> Scan(string code)
    {
        MemberScanner scanner = new(code);
        scanner.Declarations(typeName: null);
        return scanner.members;
    }

    /// <summary>The text outside all braces; each pair of braces becomes a semicolon.</summary>
    public static string OutsideBraces(string code)
    {
        StringBuilder outside = new();
        int depth = 0;
        foreach (char current in code)
        {
            depth += current == '{' ? 1 : 0;
            if (depth == 0)
            {
                outside.Append(current);
            }
            else if (current == '}' && --depth == 0)
            {
                outside.Append(';');
            }
        }

        return outside.ToString();
    }

    // Reads declarations up to the brace that closes the type, or the end of the file. A declaration ends at a semicolon or with
    // the brace block that follows it; braces and semicolons inside parentheses do not count.
    private void Declarations(string? typeName)
    {
        int start = position;
        int parentheses = 0;
        while (position < code.Length)
        {
            char current = code[position];
            parentheses += current is '(' or '[' ? 1 : current is ')' or ']' ? -1 : 0;
            if (parentheses > 0 || current is not ('{' or '}' or ';'))
            {
                position++;
            }
            else if (current == '}')
            {
                return;
            }
            else if (current == ';')
            {
                AddExpressionBody(typeName, start, position);
                start = ++position;
            }
            else
            {
                Block(typeName, start);
                start = position;
            }
        }
    }

    private void Block(string? typeName, int start)
    {
        string header = code[start..position];
        string bare = Parenthesized().Replace(header, " ");
        Match type = TypeHeader().Match(bare);
        if (type.Success)
        {
            position++;
            Declarations(type.Groups["name"].Value);
            position++;
            return;
        }

        int body = position;
        SkipBraces();
        // Braces of an initializer or of an expression body belong to a declaration that ends at its semicolon.
        if (Assignment().IsMatch(bare) || bare.Contains("=>", StringComparison.Ordinal))
        {
            SkipToSemicolon();
            if (!Assignment().IsMatch(bare))
            {
                Add(typeName, start, body, position);
            }
        }
        else
        {
            Add(typeName, start, body, position);
            SkipPropertyInitializer();
        }
    }

    private void AddExpressionBody(string? typeName, int start, int end)
    {
        int arrow = code.AsSpan(start, end - start).IndexOf("=>");
        if (arrow >= 0 && !Assignment().IsMatch(Parenthesized().Replace(code[start..(start + arrow)], " ")))
        {
            Add(typeName, start, start + arrow, end);
        }
    }

    private void Add(string? typeName, int start, int body, int end)
    {
        if (typeName is null)
        {
            return;
        }

        while (start < body && char.IsWhiteSpace(code[start]))
        {
            start++;
        }

        string header = code[start..body];
        int arrow = header.IndexOf("=>", StringComparison.Ordinal);
        Match name = MemberName().Match(arrow < 0 ? header : header[..arrow]);
        int firstLine = code.AsSpan(0, start).Count('\n') + 1;
        int lineCount = code.AsSpan(start, end - start).Count('\n') + 1;
        members.Add(new Member(typeName, name.Success ? name.Groups["name"].Value : "?", firstLine, lineCount, code[body..end]));
    }

    private void SkipBraces()
    {
        int depth = 0;
        do
        {
            depth += code[position] == '{' ? 1 : code[position] == '}' ? -1 : 0;
            position++;
        }
        while (depth > 0 && position < code.Length);
    }

    private void SkipToSemicolon()
    {
        int depth = 0;
        while (position < code.Length && (depth > 0 || code[position] != ';'))
        {
            depth += code[position] is '{' or '(' ? 1 : code[position] is '}' or ')' ? -1 : 0;
            position++;
        }

        position = Math.Min(position + 1, code.Length);
    }

    private void SkipPropertyInitializer()
    {
        int next = position;
        while (next < code.Length && char.IsWhiteSpace(code[next]))
        {
            next++;
        }

        if (next < code.Length && code[next] == '=')
        {
            position = next;
            SkipToSemicolon();
        }
    }

    [GeneratedRegex(@"\((?>[^()]+|(?<open>\()|(?<-open>\)))*(?(open)(?!))\)|\[(?>[^\[\]]+|(?<open>\[)|(?<-open>\]))*(?(open)(?!))\]")]
    private static partial Regex Parenthesized();

    [GeneratedRegex(@"\b(?:class|interface|enum|struct|record(?:\s+(?:class|struct))?)\s+(?!where\b|class\b|struct\b)(?<name>\w+)")]
    private static partial Regex TypeHeader();

    // An equals sign that is not part of an operator's name, a comparison or an arrow.
    [GeneratedRegex(@"(?<![=!<>]|\boperator\s*)=(?![=>])")]
    private static partial Regex Assignment();

    // The identifier before the parameter list, or the last one of a property.
    [GeneratedRegex(@"(?<name>operator)\b|(?<name>\w+)\s*(?:<[^()]*>)?\s*\(|(?<name>\w+)\s*$")]
    private static partial Regex MemberName();
}
