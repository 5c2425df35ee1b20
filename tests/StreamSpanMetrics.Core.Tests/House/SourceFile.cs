using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>A C# file as the house rules see it.</summary>
internal sealed partial class SourceFile
{
    private const string CoreFolder = "src/StreamSpanMetrics.Core/";
    private const string ExecutableFolder = "src/StreamSpanMetrics/";

    /// <summary>Takes a file by its path in the repository and its text.</summary>
    public SourceFile(string path, string text)
    {
        Path = path;
        Lines = text.TrimEnd('\n').Split('\n');
        Code = CodeMask.Blank(text);
        Members = MemberScanner.Scan(Code);
        Usings = [.. from Match match in UsingLine().Matches(Code) select match.Groups["name"].Value];
    }

    /// <summary>Path from the root of the repository, with forward slashes.</summary>
    public string Path { get; }

    /// <summary>The lines as written.</summary>
    public string[] Lines { get; }

    /// <summary>The text with comments and the insides of strings blanked; offsets and lines stay.</summary>
    public string Code { get; }

    /// <summary>Members of types that have a body.</summary>
    public IReadOnlyList<Member> Members { get; }

    /// <summary>Namespaces and types named by <c>using</c> lines.</summary>
    public IReadOnlyList<string> Usings { get; }

    /// <summary>Whether the file is part of the product, not of its tests.</summary>
    public bool IsProduct => Path.StartsWith("src/", StringComparison.Ordinal);

    /// <summary>Whether the file is in Core.</summary>
    public bool IsCore => Path.StartsWith(CoreFolder, StringComparison.Ordinal);

    /// <summary>Whether the file is in the executable.</summary>
    public bool IsExecutable => Path.StartsWith(ExecutableFolder, StringComparison.Ordinal);

    /// <summary>File name without folder and ending.</summary>
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The folder right under the project: a room of Core or an edge of the executable; empty beside the project file.</summary>
    public string Room => Path.Split('/') is { Length: > 3 } parts ? parts[2] : "";

    /// <summary>The namespace that the folder asks for.</summary>
    public string NamespaceOfFolder
    {
        get
        {
            string folder = Path[..Path.LastIndexOf('/')];
            string[] parts = folder.Split('/');
            string project = parts[1] == "Shared" ? "StreamSpanMetrics.Testing" : parts[1];
            return string.Join('.', [project, .. parts[2..]]);
        }
    }

    /// <summary>Names of the types declared directly in the file, not inside another type.</summary>
    public IReadOnlyList<string> TypeNames =>
        [.. from Match match in TypeDeclaration().Matches(MemberScanner.OutsideBraces(Code)) select match.Groups["name"].Value];

    [GeneratedRegex(@"^\s*(?:global\s+)?using\s+(?:static\s+)?(?:\w+\s*=\s*)?(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"\b(?:(?:class|interface|enum|struct|record(?:\s+(?:class|struct))?)\s+(?!where\b|class\b|struct\b)"
        + @"|delegate\s+[\w<>\[\],.?]+\s+)(?<name>\w+)")]
    private static partial Regex TypeDeclaration();
}
