using System.Globalization;
using System.Text;
using Prometheus.RemoteWrite.V1;
using Prometheus.RemoteWrite.V2;
using StreamSpanMetrics.Core.Prometheus;
using TimeSeries = Prometheus.RemoteWrite.V1.TimeSeries;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

/// <summary>Reads what the room wrote with the generated classes: the oracle of the encoding.</summary>
internal static class TestSeries
{
    public static WriteRequest Decode(SeriesBuffer buffer) =>
        WriteRequest.Parser.ParseFrom(buffer.BytesOf(0, buffer.SeriesCount).Span);

    /// <summary>The same series as 2.0.</summary>
    public static Request Decode2(SeriesBuffer buffer) =>
        Request.Parser.ParseFrom(new RemoteWrite2Encoder().Encode(new WriteRequestBatch(buffer, 0, buffer.SeriesCount)).Span);

    /// <summary>Name and labels in wire order, as the golden files print them.</summary>
    public static string Text(TimeSeries series)
    {
        StringBuilder labels = new();
        string name = "";
        foreach (Label label in series.Labels)
        {
            if (label.Name == "__name__")
            {
                name = label.Value;
                continue;
            }

            labels.Append(labels.Length == 0 ? "" : ",").Append(label.Name).Append("=\"");
            AppendEscaped(labels, label.Value);
            labels.Append('"');
        }

        return $"{name}{{{labels}}}";
    }

    /// <summary>One line per series: its text and each sample as value@milliseconds.</summary>
    public static string[] Lines(SeriesBuffer buffer) => [.. Decode(buffer).Timeseries.Select(Line)];

    private static string Line(TimeSeries series) =>
        Text(series) + string.Concat(series.Samples.Select(sample => $" {Value(sample.Value)}@{sample.Timestamp}"));

    private static string Value(double value) =>
        BitConverter.DoubleToInt64Bits(value) == 0x7ff0000000000002 ? "stale" : value.ToString("R", CultureInfo.InvariantCulture);

    private static void AppendEscaped(StringBuilder target, string value)
    {
        foreach (char letter in value)
        {
            _ = letter switch
            {
                '"' => target.Append("\\\""),
                '\\' => target.Append(@"\\"),
                '\n' => target.Append(@"\n"),
                '\r' => target.Append(@"\r"),
                '\t' => target.Append(@"\t"),
                < ' ' => target.Append(CultureInfo.InvariantCulture, $@"\u{(int)letter:x4}"),
                _ => target.Append(letter),
            };
        }
    }
}
