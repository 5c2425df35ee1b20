using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Prometheus' own judge of settings and rules: the <c>promtool</c> of PATH, else the one in its image.</summary>
public static class Promtool
{
    /// <summary>
    /// Runs it over files of the repository and returns the ended process: exit code 0 says that all is good. Skips the calling test,
    /// with the reason, where there is no such program.
    /// </summary>
    /// <param name="arguments">With absolute paths; a container gets to see the repository and temporary folders under the same paths.</param>
    public static async Task<ChildProcess> RunAsync(params string[] arguments)
    {
        if (ProgramPath.Find("promtool") is string program)
        {
            return await ChildProcess.RunAsync(program, arguments);
        }

        await Availability.OrSkipAsync(DockerAsync());
        string[] folders = [RepositoryFile.Root, Path.GetTempPath()];
        IEnumerable<string> volumes = folders.SelectMany(folder => new[] { "--volume", $"{folder}:{folder}:ro" });
        return await ChildProcess.RunAsync(
            "docker", ["run", "--rm", "--user", "0", "--entrypoint", "promtool", .. volumes, PrometheusFixture.Image, .. arguments]);
    }

    private static async Task<bool> DockerAsync()
    {
        await Docker.RequireAsync("there is no promtool on PATH");
        return true;
    }
}
