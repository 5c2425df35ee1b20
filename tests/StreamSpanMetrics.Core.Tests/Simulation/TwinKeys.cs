using System.Text;
using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>Keys of the slow twin. Texts are short: the length fits one character, so the strings sort as the bytes do.</summary>
internal static class TwinKeys
{
    /// <summary>Key of a resource.</summary>
    public static string OfResource(TestResource resource)
    {
        StringBuilder key = new("\0" + (char)resource.Service.Length + resource.Service);
        foreach (Schemas.V1.Attribute attribute in resource.ToMessage().Identity)
        {
            key.Append((char)attribute.Name.Length).Append(attribute.Name).Append((char)attribute.Text.Length).Append(attribute.Text);
        }

        return key.ToString();
    }

    /// <summary>Names of the labels of a family.</summary>
    public static string[] Labels(SeriesFamily family) => family == SeriesFamily.Events
        ? ["span.name", "http.code", "exception.type"]
        : ["span.name", "http.code"];

    /// <summary>Key of a series: its family and its values.</summary>
    public static string OfSeries(TestSeries series)
    {
        StringBuilder key = new(((char)series.Family).ToString());
        foreach ((_, string text) in series.Values)
        {
            key.Append((char)(text.Length << 3)).Append(text);
        }

        return key.ToString();
    }
}
