using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>What may stand in the repository at all.</summary>
public sealed partial class RepositoryTests
{
    private const long MaxFileBytes = 1 << 20;

    private static readonly string[] BinaryEndings = [".gz", ".binpb", ".snappy", ".png", ".ico"];

    private static readonly string[] LargeFiles = [];
    private static readonly string[] UnfinishedFiles = [];
    private static readonly string[] MachinePaths = [];

    // The one script that knows where the build machine keeps the real programs.
    private static readonly string[] WorkplaceFiles = [".ci/run"];

    [Fact]
    public void Files_stay_under_a_mebibyte() => HouseRule.Expect(
        "A file has less than 1 MiB.",
        from path in RepositoryTree.Files
        where new FileInfo(Path.Combine(RepositoryTree.Root, path)).Length >= MaxFileBytes
        select path,
        LargeFiles);

    [Fact]
    public void Nothing_is_left_for_later_without_an_issue() => HouseRule.Expect(
        "A reminder in the text names its issue: word(#number).",
        Breaches(Reminder()),
        UnfinishedFiles);

    [Fact]
    public void Rules_are_broken_where_they_stand() => HouseRule.Expect(
        "A patch in tests/mutants fits the file that it breaks: what surrounds the rule has moved on, so make it anew.",
        from path in RepositoryTree.Files
        where path.StartsWith("tests/mutants/", StringComparison.Ordinal) && path.EndsWith(".patch", StringComparison.Ordinal)
        from part in PatchedParts(path)
        where !RepositoryTree.ReadText(part.File).Contains(part.Text, StringComparison.Ordinal)
        select path,
        []);

    [Fact]
    public void No_text_names_a_path_of_a_build_machine() => HouseRule.Expect(
        "Paths of the machine that something was written on mean nothing elsewhere.",
        Breaches(MachinePath()),
        MachinePaths);

    [Fact]
    public void Only_the_build_script_knows_the_workplace() => HouseRule.Expect(
        "The project is complete without the folder beside it.",
        from path in RepositoryTree.Files
        where IsText(path) && RepositoryTree.ReadText(path).Contains("../" + "shared", StringComparison.Ordinal)
        where !WorkplaceFiles.Contains(path)
        select path,
        []);

    // What the parts of a unified diff replace: the lines that stay and those that go.
    private static List<(string File, string Text)> PatchedParts(string path)
    {
        List<(string File, string Text)> parts = [];
        string file = "";
        foreach (string line in RepositoryTree.ReadText(path).Split('\n'))
        {
            if (line.StartsWith("--- a/", StringComparison.Ordinal))
            {
                file = line["--- a/".Length..];
            }
            else if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                parts.Add((file, ""));
            }
            else if (parts.Count > 0 && line is [' ' or '-', ..])
            {
                parts[^1] = (file, parts[^1].Text + line[1..] + "\n");
            }
        }

        Assert.NotEmpty(parts);
        return parts;
    }

    private static IEnumerable<string> Breaches(Regex pattern) =>
        from path in RepositoryTree.Files
        where IsText(path)
        from line in RepositoryTree.ReadText(path).Split('\n').Index()
        where pattern.IsMatch(line.Item)
        select $"{path}:{line.Index + 1}";

    private static bool IsText(string path) => !BinaryEndings.Contains(Path.GetExtension(path));

    [GeneratedRegex(@"\b(?:TO" + @"DO|FIX" + @"ME)\b(?!\(#\d+\))")]
    private static partial Regex Reminder();

    [GeneratedRegex(@"(?<![\w.:/})])/(?:work|tmp|home|root|Users)/\w|[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();
}
