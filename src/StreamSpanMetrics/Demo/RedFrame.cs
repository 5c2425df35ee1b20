using System.Globalization;

namespace StreamSpanMetrics.Demo;

/// <summary>All that the demo shows at one moment.</summary>
public sealed record RedFrame
{
    /// <summary>Wall clock of the frame.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Time since the traffic began.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Spans generated so far.</summary>
    public required long SpansGenerated { get; init; }

    /// <summary>Spans in the newest points.</summary>
    public required long SpansCounted { get; init; }

    /// <summary>Time of the newest point in Unix nanoseconds; 0 before the first.</summary>
    public required long PointUnixNanos { get; init; }

    /// <summary>The rows, the busiest first.</summary>
    public required IReadOnlyList<RedRow> Rows { get; init; }

    /// <summary>Name of the service with an error burst, or null.</summary>
    public string? StruckService { get; init; }

    /// <summary>What else the user should know, such as the address of the series page; may be empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>Average rate of the generated spans per second.</summary>
    public double SpansPerSecond => Elapsed > TimeSpan.Zero ? SpansGenerated / Elapsed.TotalSeconds : 0;

    /// <summary>How much came in and how much of it is counted, in one line.</summary>
    public string Counts => string.Create(
        CultureInfo.InvariantCulture,
        $"{Elapsed:hh\\:mm\\:ss}  spans/s in {SpansPerSecond:0}  generated {SpansGenerated}  counted {SpansCounted}");

    /// <summary>How new the points are, and what is wrong in the shop, in one line.</summary>
    public string State => StruckService is null ? PointText : PointText + "  error burst in " + StruckService;

    private string PointText
    {
        get
        {
            if (PointUnixNanos == 0)
            {
                return "first points come after the first step";
            }

            DateTimeOffset point = DateTimeOffset.UnixEpoch.AddTicks(PointUnixNanos / TimeSpan.NanosecondsPerTick);
            double lagSeconds = Math.Max(0, (Now - point).TotalSeconds);
            return string.Create(CultureInfo.InvariantCulture, $"points of {point:HH:mm:ss}Z  lag {lagSeconds:0.0} s");
        }
    }
}
