using System.Text.Json;
using System.Text.Json.Nodes;

namespace StreamSpanMetrics.Testing;

/// <summary>Files of the checkout that the tests were built from, by their path from its root.</summary>
public static class RepositoryFile
{
    /// <summary>The folder that holds the solution, absolute.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Absolute path of a file or folder.</summary>
    public static string PathOf(string path) => Path.GetFullPath(Path.Combine(Root, path));

    /// <summary>The text of a file.</summary>
    public static string Read(string path) => File.ReadAllText(PathOf(path));

    /// <summary>Whether there is a file or a folder.</summary>
    public static bool Exists(string path) => Path.Exists(PathOf(path));

    /// <summary>A JSON file.</summary>
    public static JsonObject ReadJson(string path) => JsonSerializer.Deserialize<JsonObject>(Read(path))!;

    /// <summary>Files right inside a folder, by their path from the root, in ordinal order.</summary>
    public static IReadOnlyList<string> List(string folder, string pattern)
    {
        string[] paths = [.. Directory.GetFiles(PathOf(folder), pattern).Select(path => $"{folder}/{Path.GetFileName(path)}")];
        Array.Sort(paths, StringComparer.Ordinal);
        return paths;
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "StreamSpanMetrics.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("The tests run outside a checkout.");
    }
}
