namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>Random numbers that a failed test can be repeated with.</summary>
internal static class Seeded
{
    /// <summary>A generator whose seed is printed with the test's output.</summary>
    public static Random Random(int seed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
