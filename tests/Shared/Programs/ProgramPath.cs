namespace StreamSpanMetrics.Testing.Programs;

/// <summary>Looks programs up.</summary>
public static class ProgramPath
{
    /// <summary>Absolute path of a program in one of the folders of PATH, or null.</summary>
    public static string? Find(string name)
    {
        string fileName = OperatingSystem.IsWindows() ? name + ".exe" : name;
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        {
            if (folder.Length > 0 && File.Exists(Path.Combine(folder, fileName)))
            {
                return Path.GetFullPath(Path.Combine(folder, fileName));
            }
        }

        return null;
    }
}
