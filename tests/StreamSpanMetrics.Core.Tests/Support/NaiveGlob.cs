using System.Text;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>Matches globs of gobwas with a dot as separator by trying everything.</summary>
internal static class NaiveGlob
{
    /// <summary>Whether the whole text matches.</summary>
    public static bool Matches(string glob, string text) =>
        Alternatives(glob).Any(plain => Matches([.. plain.EnumerateRunes()], 0, [.. text.EnumerateRunes()], 0));

    // Braces written out, the first pair first; one behind a backslash or in a class is none.
    private static IEnumerable<string> Alternatives(string glob)
    {
        int start = -1;
        int depth = 0;
        List<int> cuts = [];
        for (int index = 0; index < glob.Length; index++)
        {
            char letter = glob[index];
            if (letter == '\\')
            {
                index++;
            }
            else if (letter == '[' && start < 0)
            {
                index = glob.IndexOf(']', index);
            }
            else if (letter == '{')
            {
                start = start < 0 ? index : start;
                depth++;
            }
            else if (letter == ',' && depth == 1)
            {
                cuts.Add(index);
            }
            else if (letter == '}' && --depth == 0)
            {
                int[] edges = [start, .. cuts, index];
                return edges.Zip(edges.Skip(1), (from, to) => glob[..start] + glob[(from + 1)..to] + glob[(index + 1)..]).SelectMany(Alternatives);
            }
        }

        return [glob];
    }

    private static bool Matches(Rune[] glob, int at, Rune[] text, int from)
    {
        if (at == glob.Length)
        {
            return from == text.Length;
        }

        bool any = glob[at].Value == '*';
        bool super = any && at + 1 < glob.Length && glob[at + 1].Value == '*';
        if (any)
        {
            int next = at + (super ? 2 : 1);
            for (int end = from; end <= text.Length; end++)
            {
                if (Matches(glob, next, text, end))
                {
                    return true;
                }

                if (!super && end < text.Length && text[end].Value == '.')
                {
                    return false;
                }
            }

            return false;
        }

        if (from == text.Length)
        {
            return false;
        }

        if (glob[at].Value == '[')
        {
            int close = Array.FindIndex(glob, at, rune => rune.Value == ']');
            bool not = glob[at + 1].Value == '!';
            Rune[] inside = glob[(at + (not ? 2 : 1))..close];
            bool isRange = inside.Length == 3 && inside[1].Value == '-';
            bool has = isRange ? text[from] >= inside[0] && text[from] <= inside[2] : inside.Contains(text[from]);
            return has != not && Matches(glob, close + 1, text, from + 1);
        }

        bool escaped = glob[at].Value == '\\';
        Rune wanted = glob[at + (escaped ? 1 : 0)];
        bool fits = !escaped && wanted.Value == '?' ? text[from].Value != '.' : text[from] == wanted;
        return fits && Matches(glob, at + (escaped ? 2 : 1), text, from + 1);
    }
}
