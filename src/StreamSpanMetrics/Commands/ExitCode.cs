namespace StreamSpanMetrics.Commands;

/// <summary>What the process tells its caller.</summary>
public static class ExitCode
{
    /// <summary>Done, or stopped as asked.</summary>
    public const int Ok = 0;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 1;

    /// <summary>Something needed at the start was not there.</summary>
    public const int CouldNotStart = 3;

    /// <summary>An error ended the work.</summary>
    public const int Failed = 4;

    /// <summary>Stopped by Ctrl-C or SIGTERM before the work was done; what a shell reports of a program that SIGINT ended.</summary>
    public const int Interrupted = 130;

    /// <summary>The settings are wrong; EX_CONFIG of sysexits.h.</summary>
    public const int BadConfiguration = 78;
}
