namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>
/// Blanks comments and the insides of strings and characters of C# text, so that rules look at code only. Every blanked character becomes
/// a space and line ends stay, so that offsets and line numbers hold. Holes of interpolated strings are blanked with them.
/// </summary>
internal sealed class CodeMask
{
    private readonly char[] text;
    private int position;

    private CodeMask(string source)
    {
        text = source.ToCharArray();
    }

    /// <summary>The masked text, as long as the given one.</summary>
    public static string Blank(string source)
    {
        CodeMask mask = new(source);
        while (mask.position < mask.text.Length)
        {
            mask.Step();
        }

        return new string(mask.text);
    }

    private void Step()
    {
        if (At("//"))
        {
            BlankUntil("\n", including: false);
        }
        else if (At("/*"))
        {
            BlankUntil("*/", including: true);
        }
        else if (text[position] == '\'')
        {
            Quoted('\'', escapes: true, holes: 0);
        }
        else if (text[position] is '"' or '$' or '@' && StringPrefix(out int dollars, out bool verbatim, out int quotes))
        {
            if (quotes >= 3)
            {
                BlankUntil(new string('"', quotes), including: false);
                position = Math.Min(position + quotes, text.Length);
            }
            else
            {
                Quoted('"', !verbatim, dollars);
            }
        }
        else
        {
            position++;
        }
    }

    // Leaves the position on the first quote of an ordinary string, behind the quotes of a raw one.
    private bool StringPrefix(out int dollars, out bool verbatim, out int quotes)
    {
        int start = position;
        dollars = 0;
        verbatim = false;
        quotes = 0;
        while (start < text.Length && text[start] is '$' or '@')
        {
            dollars += text[start] == '$' ? 1 : 0;
            verbatim |= text[start] == '@';
            start++;
        }

        int end = start;
        while (end < text.Length && text[end] == '"')
        {
            end++;
        }

        quotes = end - start;
        if (quotes == 0)
        {
            return false;
        }

        position = quotes >= 3 && !verbatim ? end : start;
        quotes = verbatim ? 1 : quotes;
        return true;
    }

    private void Quoted(char quote, bool escapes, int holes)
    {
        position++;
        while (position < text.Length)
        {
            if (escapes && text[position] == '\\')
            {
                BlankOne();
                BlankOne();
            }
            else if (text[position] == quote)
            {
                if (escapes || position + 1 >= text.Length || text[position + 1] != quote)
                {
                    position++;
                    return;
                }

                BlankOne();
                BlankOne();
            }
            else if (holes > 0 && text[position] == '{')
            {
                Hole();
            }
            else
            {
                BlankOne();
            }
        }
    }

    private void Hole()
    {
        BlankOne();
        if (position < text.Length && text[position] == '{')
        {
            BlankOne();
            return;
        }

        int start = position;
        int depth = 1;
        while (position < text.Length && depth > 0)
        {
            int before = position;
            char current = text[position];
            depth += current == '{' ? 1 : current == '}' ? -1 : 0;
            Step();
            position = Math.Max(position, before + 1);
        }

        for (int index = start; index < position; index++)
        {
            BlankAt(index);
        }
    }

    private void BlankUntil(string end, bool including)
    {
        int found = text.AsSpan(position).IndexOf(end);
        int stop = found < 0 ? text.Length : position + found + (including ? end.Length : 0);
        while (position < stop)
        {
            BlankOne();
        }
    }

    private void BlankOne()
    {
        if (position < text.Length)
        {
            BlankAt(position);
            position++;
        }
    }

    private void BlankAt(int index)
    {
        if (text[index] != '\n')
        {
            text[index] = ' ';
        }
    }

    private bool At(string sign) => text.AsSpan(position).StartsWith(sign);
}
