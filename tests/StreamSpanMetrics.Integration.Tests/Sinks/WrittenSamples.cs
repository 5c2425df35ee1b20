using Prometheus.RemoteWrite.V1;
using Snappier;

namespace StreamSpanMetrics.Integration.Tests.Sinks;

/// <summary>Samples of remote-write requests by series, in the order in which they were accepted.</summary>
public sealed class WrittenSamples
{
    private readonly Dictionary<string, List<Sample>> bySeries = [];

    /// <summary>Takes the samples of requests.</summary>
    public WrittenSamples(IEnumerable<WriteRequest> requests)
    {
        foreach (WriteRequest request in requests)
        {
            foreach (TimeSeries series in request.Timeseries)
            {
                string name = string.Join(',', series.Labels.Select(label => $"{label.Name}={label.Value}"));
                if (!bySeries.TryGetValue(name, out List<Sample>? samples))
                {
                    samples = [];
                    bySeries.Add(name, samples);
                }

                samples.AddRange(series.Samples);
            }
        }
    }

    /// <summary>Decodes snappy-compressed requests of version 1.</summary>
    public WrittenSamples(IEnumerable<byte[]> bodies)
        : this(bodies.Select(body => WriteRequest.Parser.ParseFrom(Snappy.DecompressToArray(body))))
    {
    }

    /// <summary>Number of series.</summary>
    public int Series => bySeries.Count;

    /// <summary>
    /// Asserts that the samples of every series came in the order of their times. One that comes again, after an answer that got lost, is
    /// the same as before.
    /// </summary>
    public void AreInOrder()
    {
        foreach ((string name, List<Sample> samples) in bySeries)
        {
            Dictionary<long, double> known = [];
            long newest = long.MinValue;
            foreach (Sample sample in samples)
            {
                if (known.TryGetValue(sample.Timestamp, out double before))
                {
                    Assert.True(before.Equals(sample.Value), $"{name} at {sample.Timestamp}: {before}, then {sample.Value}");
                    continue;
                }

                Assert.True(sample.Timestamp > newest, $"{name}: {sample.Timestamp} came after {newest}");
                known.Add(sample.Timestamp, sample.Value);
                newest = sample.Timestamp;
            }
        }
    }
}
