using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>The shape of every C# file.</summary>
public sealed partial class FileShapeTests
{
    private const int MaxFileLines = 400;
    private const int MaxMethodLines = 70;
    private const int MaxLineColumns = 150;

    private static readonly string[] LongFiles = [];
    private static readonly string[] LongMethods = [];
    private static readonly string[] LongLines = [];
    private static readonly string[] CrowdedFiles = [];
    private static readonly string[] StrayNamespaces = [];
    private static readonly string[] SilentTypes = [];

    // Files that declare no type: the entry point, and attributes of an assembly.
    private static readonly string[] FilesWithoutType = ["Program", "AssemblyAttributes"];

    [Fact]
    public void Files_are_short() => HouseRule.Expect(
        $"A file has at most {MaxFileLines} lines.",
        from source in RepositoryTree.Sources where source.Lines.Length > MaxFileLines select source.Path,
        LongFiles);

    [Fact]
    public void Methods_are_short() => HouseRule.Expect(
        $"A method has at most {MaxMethodLines} lines.",
        from source in RepositoryTree.Sources
        from member in source.Members
        where member.LineCount > MaxMethodLines
        select $"{source.Path} {member.TypeName}.{member.Name}",
        LongMethods);

    [Fact]
    public void Lines_are_short() => HouseRule.Expect(
        $"A line has at most {MaxLineColumns} columns.",
        from source in RepositoryTree.Sources
        from line in source.Lines.Index()
        where line.Item.TrimEnd('\r').Length > MaxLineColumns
        select $"{source.Path}:{line.Index + 1}",
        LongLines);

    [Fact]
    public void A_file_declares_the_one_type_it_is_named_after() => HouseRule.Expect(
        "A file declares one type and has its name.",
        from source in RepositoryTree.Sources
        let types = source.TypeNames
        where types.Count != 1 || types[0] != source.Name.Split('.')[0]
        where types.Count != 0 || !FilesWithoutType.Contains(source.Name)
        select source.Path,
        CrowdedFiles);

    [Fact]
    public void Namespaces_are_file_scoped_and_follow_folders() => HouseRule.Expect(
        "A file has a file-scoped namespace that equals its folder.",
        from source in RepositoryTree.Sources
        where !FilesWithoutType.Contains(source.Name)
        where !Regex.IsMatch(source.Code, $@"^namespace {Regex.Escape(source.NamespaceOfFolder)};\s*$", RegexOptions.Multiline)
        select source.Path,
        StrayNamespaces);

    [Fact]
    public void Public_types_of_the_product_say_what_they_are() => HouseRule.Expect(
        "A public type has a summary.",
        from source in RepositoryTree.Sources
        where source.IsProduct
        from line in source.Lines.Index()
        where PublicType().IsMatch(line.Item) && !HasSummary(source.Lines, line.Index)
        select $"{source.Path}:{line.Index + 1}",
        SilentTypes);

    private static bool HasSummary(string[] lines, int declaration)
    {
        for (int index = declaration - 1; index >= 0; index--)
        {
            string line = lines[index].Trim();
            if (line.StartsWith("/// <summary>", StringComparison.Ordinal))
            {
                return true;
            }

            if (!line.StartsWith("///", StringComparison.Ordinal) && !line.StartsWith('['))
            {
                return false;
            }
        }

        return false;
    }

    [GeneratedRegex(@"^public\s+(?:(?:static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*"
        + @"(?:class|struct|record|interface|enum|delegate)\b")]
    private static partial Regex PublicType();
}
