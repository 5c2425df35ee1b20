using System.Text.Json;
using StreamSpanMetrics.Commands;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>The measure on a real broker: a bare consumer, our worker and the Collector read the same topic, one after the other.</summary>
internal static class TopicMeasure
{
    /// <summary>Runs everything and prints it.</summary>
    /// <param name="options">What is measured.</param>
    /// <param name="asJson">Whether a machine reads the result: one line of JSON instead of a table.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(TopicOptions options, bool asJson)
    {
        try
        {
            await using KafkaBroker? broker = options.BootstrapServers is null ? await KafkaBroker.StartAsync() : null;
            TopicReport report = await ProgressView.RunAsync(
                Terminal.ForError(Console.Error), TimeProvider.System, view => MeasureAsync(broker, options, view));
            if (asJson)
            {
                Console.WriteLine(JsonSerializer.Serialize(report));
            }
            else
            {
                ReportTable.Print(report);
            }

            return 0;
        }
        catch (UnavailableException unavailable)
        {
            Console.Error.WriteLine($"No broker: {unavailable.Message}. Name one with --bootstrap-servers.");
            return 1;
        }
    }

    private static async Task<TopicReport> MeasureAsync(KafkaBroker? broker, TopicOptions options, ProgressView view)
    {
        string servers = options.BootstrapServers ?? broker!.BootstrapServers;
        string name = $"bench-{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}";
        view.WriteLine($"filling {name} with {options.Spans} spans");
        FilledTopic topic = await TopicFiller.FillAsync(servers, name, options, view);
        view.WriteLine("measuring a bare consumer");
        Figures bare = await BareConsumer.MeasureAsync(topic);
        view.WriteLine("measuring our worker");
        Figures worker = await WorkerMeasure.MeasureAsync(topic, options, TimeSpan.FromSeconds(bare.WallSeconds));
        Figures? collector = null;
        if (options.WithCollector)
        {
            view.WriteLine("measuring the Collector, if it is on PATH");
            collector = await CollectorMeasure.MeasureAsync(topic, options);
        }

        return new TopicReport(
            options.Shape.ToString(), topic.Spans, topic.Records, options.Series, options.Step, topic.Bytes,
            LogBytes(broker, name), LogBytes(broker, WorkerMeasure.ApplicationOf(topic) + ".deltas"), bare, worker, collector);
    }

    // Segments grow with what is written to them; index files are laid out in advance and left out.
    private static long? LogBytes(KafkaBroker? broker, string topic)
    {
        if (broker is null)
        {
            return null;
        }

        return (from folder in Directory.EnumerateDirectories(broker.DataFolder, topic + "-*")
                from file in Directory.EnumerateFiles(folder, "*.log")
                select new FileInfo(file).Length).Sum();
    }
}
