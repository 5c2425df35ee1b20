namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Where there is no program on the machine, a container may stand in for it.</summary>
public static class Docker
{
    private static readonly TimeSpan AnswerDeadline = TimeSpan.FromSeconds(20);

    private static readonly Lazy<Task<bool>> Answer = new(AskAsync);

    /// <summary>Whether a Docker daemon answers.</summary>
    public static Task<bool> IsAvailableAsync() => Answer.Value;

    /// <summary>Ends with the reason for which tests are skipped, if no daemon answers.</summary>
    /// <exception cref="UnavailableException">There is no Docker.</exception>
    public static async Task RequireAsync(string otherwise)
    {
        if (!await IsAvailableAsync())
        {
            throw new UnavailableException($"{otherwise}, and no Docker daemon answers");
        }
    }

    private static async Task<bool> AskAsync()
    {
        if (ProgramPath.Find("docker") is not string docker)
        {
            return false;
        }

        string[] question = ["version", "--format", "{{.Server.Version}}"];
        await using ChildProcess info = await ChildProcess.RunAsync(docker, question, environment: null, AnswerDeadline);
        return info.ExitCode == 0;
    }
}
