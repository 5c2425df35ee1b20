namespace StreamSpanMetrics.Testing.Programs;

/// <summary>A folder of its own for one test or program, deleted with everything in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("spanmetrics-");

    /// <summary>Absolute path of the folder.</summary>
    public string Path => folder.FullName;

    /// <summary>Absolute path of a file in the folder, whether it exists or not.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file into the folder and returns its absolute path.</summary>
    public string Write(string name, string text)
    {
        string path = PathOf(name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Deletes the folder.</summary>
    public void Dispose() => folder.Delete(recursive: true);
}
