using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// The attribute names that are dimensions by pattern, family by family. Verdicts on names are remembered, a fixed number of them.
/// Not thread-safe.
/// </summary>
internal sealed class GlobNames
{
    private readonly TextMatcher?[] matchers = new TextMatcher?[4];
    private readonly byte[][][] named = new byte[4][][];

    // By the first byte of a name whether a pattern may begin so.
    private readonly bool[][] firstBytes = new bool[4][];

    /// <summary>The patterns of <paramref name="layout"/>.</summary>
    public GlobNames(SeriesLayout layout)
    {
        foreach (SeriesFamily family in Enum.GetValues<SeriesFamily>())
        {
            ReadOnlySpan<string> globs = layout.Globs(family);
            if (globs.IsEmpty)
            {
                continue;
            }

            List<string> patterns = [];
            foreach (string glob in globs)
            {
                // Patterns that cannot be translated were refused when the settings were read.
                patterns.Add(GlobPattern.TryTranslate(glob, out string regex, out _) ? regex : @"\A(?!)");
            }

            matchers[(int)family] = new TextMatcher(new TextCondition { Regex = string.Join('|', patterns) }, ofValues: false);
            firstBytes[(int)family] = FirstBytes(globs);
            named[(int)family] = Encode(layout.Names(family)[..layout.GlobStart(family)]);
        }
    }

    /// <summary>
    /// Whether an attribute of this name is a dimension of the family by pattern. What has a dimension of its own is not, nor are names
    /// that are too long or no UTF-8.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(SeriesFamily family, ReadOnlySpan<byte> name) =>
        !name.IsEmpty && firstBytes[(int)family][name[0]] && MatchesWhole(family, name);

    private bool MatchesWhole(SeriesFamily family, ReadOnlySpan<byte> name)
    {
        if (name.Length > SpanRules.MaxResourceNameBytes || !matchers[(int)family]!.Matches(name) || !Utf8.IsValid(name))
        {
            return false;
        }

        foreach (byte[] own in named[(int)family])
        {
            if (name.SequenceEqual(own))
            {
                return false;
            }
        }

        return true;
    }

    private static bool[] FirstBytes(ReadOnlySpan<string> globs)
    {
        bool[] first = new bool[byte.MaxValue + 1];
        foreach (string glob in globs)
        {
            if (char.IsAsciiLetterOrDigit(glob[0]))
            {
                first[glob[0]] = true;
            }
            else
            {
                // It may begin with anything.
                Array.Fill(first, true);
            }
        }

        return first;
    }

    private static byte[][] Encode(ReadOnlySpan<string> names)
    {
        byte[][] encoded = new byte[names.Length][];
        for (int index = 0; index < names.Length; index++)
        {
            encoded[index] = Encoding.UTF8.GetBytes(names[index]);
        }

        return encoded;
    }
}
