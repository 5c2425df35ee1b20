using System.Globalization;
using System.Text;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// Makes dead-letter records: the original key, value and headers, and why, under Kafka Connect's header names
/// (DeadLetterQueueReporter). What is too large is cut, and a header says of how much.
/// </summary>
internal static class DeadLetter
{
    /// <summary>Larger values and keys are cut: the original can be found by its offset.</summary>
    private const int MaxValueBytes = 64 * 1024;

    /// <summary>Original headers beyond this are left out.</summary>
    private const int MaxHeaderBytes = 64 * 1024;

    private const string CutHeader = "streamspanmetrics.cut";

    /// <summary>A dead letter.</summary>
    public static OutgoingRecord Make(
        string deadLetterTopic, string sourceTopic, PolledRecord source, byte[]? key, byte[] value, string reason, string message)
    {
        List<KeyValuePair<string, byte[]>> headers = [];
        byte[]? keptKey = key is null ? null : Cut(key, "key", headers);
        byte[] kept = Cut(value, "value", headers);
        AddOriginal(source.Headers ?? [], headers);
        return new OutgoingRecord(
            deadLetterTopic,
            -1,
            keptKey,
            kept,
            [
                .. headers,
                Header("__connect.errors.topic", sourceTopic),
                Header("__connect.errors.partition", source.Partition.ToString(CultureInfo.InvariantCulture)),
                Header("__connect.errors.offset", source.Offset.ToString(CultureInfo.InvariantCulture)),
                Header("__connect.errors.connector.name", "streamspanmetrics"),
                Header("__connect.errors.stage", "VALUE_CONVERTER"),
                Header("__connect.errors.exception.class.name", reason),
                Header("__connect.errors.exception.message", message),
            ]);
    }

    private static byte[] Cut(byte[] bytes, string what, List<KeyValuePair<string, byte[]>> headers)
    {
        if (bytes.Length <= MaxValueBytes)
        {
            return bytes;
        }

        headers.Add(Header(CutHeader, FormattableString.Invariant($"{what} of {bytes.Length} bytes")));
        return bytes[..MaxValueBytes];
    }

    private static void AddOriginal(IReadOnlyList<KeyValuePair<string, byte[]>> original, List<KeyValuePair<string, byte[]>> headers)
    {
        int bytes = 0;
        for (int index = 0; index < original.Count; index++)
        {
            bytes += original[index].Key.Length + original[index].Value.Length;
            if (bytes > MaxHeaderBytes)
            {
                headers.Add(Header(CutHeader, FormattableString.Invariant($"{original.Count - index} of {original.Count} headers left out")));
                return;
            }

            headers.Add(original[index]);
        }
    }

    private static KeyValuePair<string, byte[]> Header(string name, string text) => new(name, Encoding.UTF8.GetBytes(text));
}
