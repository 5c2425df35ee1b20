using System.Reflection;

namespace StreamSpanMetrics.Hosting;

/// <summary>Name and version of this build.</summary>
internal static class ProgramVersion
{
    /// <summary>The version.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>For HTTP requests.</summary>
    public static string UserAgent { get; } = $"StreamSpanMetrics/{Text}";
}
