using System.Diagnostics.Metrics;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>What a meter's instruments say: counters and histograms from now on, gauges when they are asked.</summary>
internal sealed class MeterReading : IDisposable
{
    private readonly Lock gate = new();
    private readonly MeterListener listener = new();
    private readonly List<Instrument> instruments = [];
    private readonly Dictionary<string, double> events = [];
    private readonly Dictionary<string, double> standing = [];

    public MeterReading(Meter meter)
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                instruments.Add(instrument);
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
    }

    public IReadOnlyList<Instrument> Instruments => instruments;

    /// <summary>
    /// All that was measured, by name and labels: <c>lag.records{partition=0,stage=merge}</c>. A histogram has the number of its
    /// measurements.
    /// </summary>
    public IReadOnlyDictionary<string, double> Read()
    {
        lock (gate)
        {
            standing.Clear();
        }

        listener.RecordObservableInstruments();
        lock (gate)
        {
            return events.Concat(standing).ToDictionary();
        }
    }

    /// <summary>One number; 0 if it was never measured.</summary>
    public double Read(string series) => Read().GetValueOrDefault(series);

    public void Dispose() => listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string labels = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
        string series = instrument.Name["spanmetrics.".Length..] + (labels.Length > 0 ? "{" + labels + "}" : "");
        lock (gate)
        {
            if (instrument.IsObservable)
            {
                standing.Add(series, value);
            }
            else
            {
                events[series] = events.GetValueOrDefault(series) + (instrument is Histogram<double> ? 1 : value);
            }
        }
    }
}
