using System.Globalization;
using System.Text;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// Makes dead-letter records: the original key and value, and why, under Kafka Connect's header names (DeadLetterQueueReporter).
/// </summary>
internal static class DeadLetter
{
    /// <summary>Larger values are cut: the original can be found by its offset.</summary>
    private const int MaxValueBytes = 64 * 1024;

    /// <summary>A dead letter.</summary>
    public static OutgoingRecord Make(
        string deadLetterTopic, string sourceTopic, PolledRecord source, byte[]? key, byte[] value, string reason, string message)
    {
        byte[] kept = value.Length <= MaxValueBytes ? value : value[..MaxValueBytes];
        return new OutgoingRecord(
            deadLetterTopic,
            -1,
            key,
            kept,
            [
                Header("__connect.errors.topic", sourceTopic),
                Header("__connect.errors.partition", source.Partition.ToString(CultureInfo.InvariantCulture)),
                Header("__connect.errors.offset", source.Offset.ToString(CultureInfo.InvariantCulture)),
                Header("__connect.errors.connector.name", "streamspanmetrics"),
                Header("__connect.errors.stage", "VALUE_CONVERTER"),
                Header("__connect.errors.exception.class.name", reason),
                Header("__connect.errors.exception.message", message),
            ]);
    }

    private static KeyValuePair<string, byte[]> Header(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));
}
