namespace StreamSpanMetrics.Commands.Views;

/// <summary>Times and time spans as views show them.</summary>
internal static class ViewTimes
{
    /// <summary>From milliseconds to a time; null for what stands for no time.</summary>
    public static DateTimeOffset? FromMillis(long millis)
    {
        bool isTime = millis >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && millis <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        return isTime ? DateTimeOffset.FromUnixTimeMilliseconds(millis) : null;
    }

    /// <summary>The end of a step; null for the step before the first.</summary>
    public static DateTimeOffset? EndOfStep(long step, long intervalMillis) =>
        step == Core.Totals.ShardState.NoStep ? null : FromMillis((step + 1) * intervalMillis);

    /// <summary>Seconds from <paramref name="then"/> to <paramref name="now"/>, never below 0; null if there is no time.</summary>
    public static double? SecondsSince(DateTimeOffset? then, DateTimeOffset now) =>
        then is DateTimeOffset known ? Math.Max(0, Math.Round((now - known).TotalSeconds, 3)) : null;
}
