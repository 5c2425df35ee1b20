using System.Diagnostics;
using System.Text.Json;
using Confluent.Kafka;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>
/// A consumer on one thread that looks at nothing, in a process of its own, with the worker's own fetch settings: what the client
/// library and the broker take at least.
/// </summary>
internal static class BareConsumer
{
    /// <summary>The command with which this program starts itself as that process.</summary>
    public const string CommandName = "bare";

    private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    /// <summary>Starts the process and returns its figures.</summary>
    public static async Task<Figures> MeasureAsync(FilledTopic topic)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "StreamSpanMetrics.Benchmarks.dll");
        string[] arguments = ["--bootstrap-servers", topic.BootstrapServers, "--topic", topic.Name, "--records", $"{topic.Records}"];
        await using ChildProcess reader = await ChildProcess.RunAsync("dotnet", [program, CommandName, .. arguments], deadline: Deadline);
        return reader.ExitCode == 0
            ? JsonSerializer.Deserialize<Figures>(reader.Output)!
            : throw new InvalidOperationException($"the bare consumer ended with {reader.ExitCode}:\n{reader.Output}");
    }

    /// <summary>What the process does: reads all records and prints its figures.</summary>
    public static int Run(string bootstrapServers, string topic, long records)
    {
        KafkaClientSettings client = new() { Brokers = [bootstrapServers] };
        ConsumerConfig settings = ClientConfigs.GroupConsumer(client, new SpanSourceSettings(), new GroupPlace("unused"), withHeaders: false);
        using IConsumer<Ignore, Ignore> consumer = new ConsumerBuilder<Ignore, Ignore>(settings).Build();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        consumer.Assign(Enumerable.Range(0, TopicOptions.Partitions)
            .Select(number => new TopicPartitionOffset(topic, number, Offset.Beginning)));
        for (long left = records; left > 0;)
        {
            if (consumer.Consume(PollTimeout) is { IsPartitionEOF: false })
            {
                left--;
            }
        }

        double wallSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double cpuSeconds = (Environment.CpuUsage.TotalTime - used).TotalSeconds;
        using ProcessUse process = new(Environment.ProcessId);
        Console.WriteLine(JsonSerializer.Serialize(new Figures("bare consumer", null, wallSeconds, cpuSeconds, process.PeakBytes)));
        return 0;
    }
}
