namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Turns the absence of a real program into a skipped test.</summary>
public static class Availability
{
    /// <summary>Awaits the start of a program; skips the calling test, with the reason, where the program is not to be had.</summary>
    public static async Task<T> OrSkipAsync<T>(Task<T> start)
    {
        try
        {
            return await start;
        }
        catch (UnavailableException unavailable)
        {
            Assert.Skip(unavailable.Message);
            throw;
        }
    }
}
