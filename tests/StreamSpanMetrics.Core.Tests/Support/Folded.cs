using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>What a folder makes of records, in readable form.</summary>
internal static class Folded
{
    /// <summary>Folds <paramref name="record"/> and returns the series of its observations, timed ones first.</summary>
    public static List<string> Series(SpanRules rules, byte[] record) => Series(new RecordFolder(rules), record);

    /// <summary>The same with a folder that has folded before.</summary>
    public static List<string> Series(RecordFolder folder, byte[] record)
    {
        Assert.Equal(DecodeProblem.None, folder.Fold(record));
        List<string> series = [];
        foreach (int number in (int[])[.. folder.Staged.TimedSeries, .. folder.Staged.CountedSeries])
        {
            series.Add(RenderedKeyText.Of(folder.Series.RenderedKey(number), folder.Layout));
        }

        return series;
    }
}
