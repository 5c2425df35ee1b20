namespace StreamSpanMetrics.Commands.Views;

/// <summary>There is nothing to look at, for a reason that the user should read.</summary>
internal sealed class ViewException : Exception
{
    /// <summary>With one line for the user and the exit code that goes with it.</summary>
    public ViewException(string message, int exitCode)
        : base(message) => ExitCode = exitCode;

    /// <summary>How the command ends.</summary>
    public int ExitCode { get; }

    /// <summary>The application has never run here.</summary>
    public static ViewException NeverStarted(string applicationId, string what) => new(
        $"the application '{applicationId}' has never started: {what}", Commands.ExitCode.CouldNotStart);

    /// <summary>The settings at hand are not those that the application runs under.</summary>
    public static ViewException OtherRules(string applicationId) => new(
        $"the application '{applicationId}' runs under other rules than these settings: give the settings that it was started with",
        Commands.ExitCode.BadConfiguration);
}
