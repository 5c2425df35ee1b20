namespace StreamSpanMetrics.Credentials;

/// <summary>Reads files that hold a certificate, a key or a secret.</summary>
public static class CredentialFile
{
    // Any certificate bundle or token is far smaller; a device or a log given by mistake is not.
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>The whole text.</summary>
    /// <exception cref="CredentialException">The file is missing, cannot be read, or is too large.</exception>
    public static string ReadText(string path)
    {
        if (Directory.Exists(path))
        {
            throw new CredentialException($"{path} is a folder, not a file");
        }

        try
        {
            return new FileInfo(path).Length > MaxBytes
                ? throw new CredentialException($"the file {path} is too large")
                : File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CredentialException($"there is no file {path}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException
            && exception is not CredentialException)
        {
            throw new CredentialException($"the file {path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The first line that is not blank, without spaces around it: one user name, password or token.</summary>
    /// <exception cref="CredentialException">As for <see cref="ReadText"/>, or there is no such line.</exception>
    public static string ReadSecret(string path)
    {
        foreach (ReadOnlySpan<char> line in ReadText(path).AsSpan().EnumerateLines())
        {
            if (!line.IsWhiteSpace())
            {
                return line.Trim().ToString();
            }
        }

        throw new CredentialException($"the file {path} is empty");
    }
}
