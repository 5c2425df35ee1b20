using System.Buffers;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Prometheus.RemoteWrite.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Series as OpenMetrics text (prometheus/OpenMetrics, specification 1.0): the last value of each, sorted, without timestamps and
/// without <c>_created</c>. Native histograms, which 1.0 does not know, have the form of 2.0. A series that ended with a stale marker is
/// left out. Holds text of every series: meant for the <c>compute</c> command and the demo's page, not for the export path. Not for
/// several threads.
/// </summary>
public sealed class OpenMetricsText
{
    private const string InfoSuffix = "_info";
    private const string TotalSuffix = "_total";

    private readonly SortedDictionary<string, OpenMetricsFamily> families = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (OpenMetricsFamily Family, int Rank)> familyBySeriesName = [];

    /// <summary>Takes over the newest values of all series in <paramref name="series"/>; keeps no reference to it.</summary>
    public void Add(SeriesBuffer series)
    {
        foreach (MetricFamily family in series.Families)
        {
            Register(family);
        }

        for (int at = 0; at < series.SeriesCount; at++)
        {
            WriteRequest request = WriteRequest.Parser.ParseFrom(series.BytesOf(at, 1).Span);
            Add(request.Timeseries[0]);
        }
    }

    /// <summary>Writes the exposition, with <c># EOF</c> at its end, as UTF-8.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        foreach (OpenMetricsFamily family in families.Values)
        {
            if (family.Lines.Count == 0)
            {
                continue;
            }

            string name = IsPlain(family.Name, isLabel: false) ? family.Name : Quoted(family.Name);
            Encoding.UTF8.GetBytes($"# TYPE {name} {family.Type}\n", output);
            if (family.Unit.Length > 0)
            {
                Encoding.UTF8.GetBytes($"# UNIT {name} {family.Unit}\n", output);
            }

            List<OpenMetricsLine> lines = [.. family.Lines.Values];
            lines.Sort(OpenMetricsLine.Compare);
            foreach (OpenMetricsLine line in lines)
            {
                Encoding.UTF8.GetBytes($"{line.Text} {line.Value}\n", output);
            }
        }

        output.Write("# EOF\n"u8);
    }

    private void Add(TimeSeries series)
    {
        string name = "";
        string bound = "";
        foreach (Label label in series.Labels)
        {
            name = label.Name == "__name__" ? label.Value : name;
            bound = label.Name == "le" ? label.Value : bound;
        }

        (OpenMetricsFamily family, int rank) = FamilyOf(name);
        bool isBucket = family.Type == "histogram" && rank == 0;
        string text = IsPlain(name, isLabel: false)
            ? name + LabelText(series, "", withBound: true)
            : LabelText(series, Quoted(name), withBound: true);
        bool isNative = series.Histograms.Count > 0;
        double last = isNative ? series.Histograms[^1].Sum : series.Samples[^1].Value;
        if (BitConverter.DoubleToInt64Bits(last) == StaleMarker.Bits)
        {
            family.Lines.Remove(text);
            return;
        }

        double order = isBucket ? BoundOf(bound) : 0;
        string value = isNative ? NativeHistogramText.Of(series.Histograms[^1]) : NumberText.Sample(last);
        family.Lines[text] = new OpenMetricsLine(text, LabelText(series, "", withBound: !isBucket), rank, order, value);
    }

    private (OpenMetricsFamily Family, int Rank) FamilyOf(string seriesName)
    {
        if (!familyBySeriesName.TryGetValue(seriesName, out (OpenMetricsFamily Family, int Rank) known))
        {
            bool isInfo = seriesName.EndsWith("target" + InfoSuffix, StringComparison.Ordinal);
            Register(new MetricFamily(seriesName, isInfo ? MetricKind.Info : MetricKind.Gauge, ""));
            known = familyBySeriesName[seriesName];
        }

        return known;
    }

    private void Register(MetricFamily family)
    {
        bool isHistogram = family.Kind == MetricKind.Histogram;
        if (familyBySeriesName.ContainsKey(isHistogram ? family.Name + "_count" : family.Name))
        {
            return;
        }

        OpenMetricsFamily shown = Shown(family);
        families[shown.Name] = shown;
        if (!isHistogram)
        {
            familyBySeriesName[family.Name] = (shown, 0);
            return;
        }

        familyBySeriesName[family.Name + "_bucket"] = (shown, 0);
        familyBySeriesName[family.Name + "_count"] = (shown, 1);
        familyBySeriesName[family.Name + "_sum"] = (shown, 2);
        familyBySeriesName[family.Name] = (shown, 3);
    }

    private static OpenMetricsFamily Shown(MetricFamily family)
    {
        bool hasTotal = family.Name.EndsWith(TotalSuffix, StringComparison.Ordinal);
        (string name, string type) = family.Kind switch
        {
            MetricKind.Counter when hasTotal => (family.Name[..^TotalSuffix.Length], "counter"),
            MetricKind.Counter => (family.Name, "unknown"),
            MetricKind.Info => (family.Name[..^InfoSuffix.Length], "info"),
            MetricKind.Histogram => (family.Name, "histogram"),
            _ => (family.Name, "gauge"),
        };
        bool unitShows = family.Unit.Length > 0 && name.EndsWith("_" + family.Unit, StringComparison.Ordinal);
        return new OpenMetricsFamily(name, type, unitShows ? family.Unit : "");
    }

    private static double BoundOf(string text) =>
        text == "+Inf" ? double.PositiveInfinity : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    // The metric's name stands first in the braces if it is no plain one (Prometheus, "UTF-8 in Prometheus", exposition format).
    private static string LabelText(TimeSeries series, string quotedName, bool withBound)
    {
        StringBuilder text = new();
        if (quotedName.Length > 0)
        {
            text.Append('{').Append(quotedName);
        }

        foreach (Label label in series.Labels)
        {
            if (label.Name == "__name__" || (label.Name == "le" && !withBound))
            {
                continue;
            }

            text.Append(text.Length == 0 ? '{' : ',')
                .Append(IsPlain(label.Name, isLabel: true) ? label.Name : Quoted(label.Name))
                .Append("=\"");
            AppendEscaped(text, label.Value);
            text.Append('"');
        }

        return text.Length == 0 ? "" : text.Append('}').ToString();
    }

    private static bool IsPlain(string name, bool isLabel)
    {
        foreach (char letter in name)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter != '_' && (isLabel || letter != ':'))
            {
                return false;
            }
        }

        return name.Length > 0 && !char.IsAsciiDigit(name[0]);
    }

    private static string Quoted(string name)
    {
        StringBuilder text = new("\"");
        AppendEscaped(text, name);
        return text.Append('"').ToString();
    }

    private static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (char letter in value)
        {
            _ = letter switch
            {
                '\\' => text.Append(@"\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append(@"\n"),
                _ => text.Append(letter),
            };
        }
    }
}
