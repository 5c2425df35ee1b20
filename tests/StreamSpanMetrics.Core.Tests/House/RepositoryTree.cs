namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>The files of the repository that the tests were built from, without what builds and tools leave in it.</summary>
internal static class RepositoryTree
{
    private static readonly HashSet<string> SkippedFolders =
        [".git", ".vs", ".idea", "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>The folder that holds the solution, absolute.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All files, relative to <see cref="Root"/> with forward slashes, in ordinal order.</summary>
    public static IReadOnlyList<string> Files { get; } = List();

    /// <summary>All C# sources under <c>src</c> and <c>tests</c>.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
        [.. from path in Files
            where path.EndsWith(".cs", StringComparison.Ordinal)
            select new SourceFile(path, File.ReadAllText(Path.Combine(Root, path)))];

    /// <summary>The text of a file given by its relative path.</summary>
    public static string ReadText(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "StreamSpanMetrics.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no StreamSpanMetrics.sln in {AppContext.BaseDirectory} or above it");
    }

    private static List<string> List()
    {
        List<string> files = [];
        Stack<string> folders = new([Root]);
        while (folders.TryPop(out string? folder))
        {
            foreach (string path in Directory.GetFiles(folder))
            {
                if (Path.GetFileName(path) != ".git" && !path.EndsWith(".user", StringComparison.Ordinal))
                {
                    files.Add(Path.GetRelativePath(Root, path).Replace('\\', '/'));
                }
            }

            foreach (string path in Directory.GetDirectories(folder))
            {
                if (!SkippedFolders.Contains(Path.GetFileName(path)))
                {
                    folders.Push(path);
                }
            }
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }
}
