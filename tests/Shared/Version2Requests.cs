using Google.Protobuf.Collections;
using V1 = Prometheus.RemoteWrite.V1;
using V2 = Prometheus.RemoteWrite.V2;

namespace StreamSpanMetrics.Testing;

/// <summary>Reads remote write 2.0 requests with the generated classes.</summary>
public static class Version2Requests
{
    /// <summary>Labels, samples, exemplars and native histograms of a request as 1.0 has them; metadata and start timestamps are lost.</summary>
    public static V1.WriteRequest ToVersion1(V2.Request request)
    {
        V1.WriteRequest result = new();
        foreach (V2.TimeSeries series in request.Timeseries)
        {
            V1.TimeSeries one = new();
            one.Labels.Add(Labels(request, series.LabelsRefs));
            one.Samples.Add(series.Samples.Select(sample => new V1.Sample { Value = sample.Value, Timestamp = sample.Timestamp }));
            foreach (V2.Exemplar exemplar in series.Exemplars)
            {
                V1.Exemplar other = new() { Value = exemplar.Value, Timestamp = exemplar.Timestamp };
                other.Labels.Add(Labels(request, exemplar.LabelsRefs));
                one.Exemplars.Add(other);
            }

            foreach (V2.Histogram histogram in series.Histograms)
            {
                V2.Histogram copy = histogram.Clone();
                copy.StartTimestamp = 0;
                one.Histograms.Add(V1.Histogram.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(copy)));
            }

            result.Timeseries.Add(one);
        }

        return result;
    }

    /// <summary>All references of a request in the order in which they stand: labels, exemplars, then help and unit, series by series.</summary>
    public static IEnumerable<int> References(V2.Request request) =>
        from series in request.Timeseries
        from reference in series.LabelsRefs
            .Concat(series.Exemplars.SelectMany(exemplar => exemplar.LabelsRefs))
            .Append(series.Metadata.HelpRef)
            .Append(series.Metadata.UnitRef)
        select (int)reference;

    private static IEnumerable<V1.Label> Labels(V2.Request request, RepeatedField<uint> references)
    {
        Assert.Equal(0, references.Count % 2);
        for (int at = 0; at < references.Count; at += 2)
        {
            yield return new V1.Label { Name = request.Symbols[(int)references[at]], Value = request.Symbols[(int)references[at + 1]] };
        }
    }
}
