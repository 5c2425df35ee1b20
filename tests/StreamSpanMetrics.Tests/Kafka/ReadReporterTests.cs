using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Kafka;

public sealed class ReadReporterTests
{
    private const int ReadingEvent = 31;

    [Fact]
    public void A_long_read_is_logged_every_5_seconds_and_told_always()
    {
        ManualTime time = new(new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));
        RecordingLogger logger = new();
        List<ReadProgress> told = [];
        ReadReporter reporter = new(told.Add, time, logger);
        for (int second = 1; second <= 11; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            reporter.Report(new ReadProgress("app.state", 3, second * 10, 110));
        }

        Assert.Equal(11, told.Count);
        Assert.Equal(
            ["Reading app.state[3]: 50 of 110 offsets", "Reading app.state[3]: 100 of 110 offsets"], logger.Texts(ReadingEvent));
    }
}
