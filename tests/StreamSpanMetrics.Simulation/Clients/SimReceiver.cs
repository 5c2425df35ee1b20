using System.Security.Cryptography;
using Prometheus.RemoteWrite.V1;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Simulation.Scheduling;

namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>
/// A remote-write receiver without an out-of-order window. Requests arrive late, twice, or after their sender has died. A sample that
/// differs from one it has, or is older than the newest of its series without being known, is a complaint.
/// </summary>
internal sealed class SimReceiver(Scheduler scheduler, Faults faults)
{
    private readonly List<PendingRequest> pending = [];
    private readonly Dictionary<string, SortedList<long, ReceivedSample>> series = new(StringComparer.Ordinal);

    /// <summary>What must not have happened.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Samples by series and time.</summary>
    public IReadOnlyDictionary<string, SortedList<long, ReceivedSample>> Series => series;

    /// <summary>Requests that came again.</summary>
    public int Repeats { get; private set; }

    /// <summary>When the next request or answer arrives, in ticks.</summary>
    public long NextTicks
    {
        get
        {
            long next = long.MaxValue;
            foreach (PendingRequest request in pending)
            {
                next = Math.Min(next, request.HasArrived ? request.AnswerTicks : request.ArrivalTicks);
            }

            return next;
        }
    }

    /// <summary>A request is on its way.</summary>
    public Task<long> Send(int worker, WriteRequestBatch request, CancellationToken cancel)
    {
        long arrival = scheduler.Time.Ticks + faults.UpTo(faults.Happens(60) ? 5000 : 40);
        PendingRequest sent = new(worker, request.Body.ToArray(), arrival, arrival + faults.UpTo(faults.Happens(40) ? 4000 : 40));
        pending.Add(sent);
        if (faults.Happens(50))
        {
            // The network delivers it once more, some time.
            pending.Add(sent.Again(arrival + faults.UpTo(8000)));
        }

        cancel.Register(sent.GiveUp);
        return sent.Answer;
    }

    /// <summary>Whether no request of a worker waits for its answer.</summary>
    public bool HasAnswered(int worker) => !pending.Exists(request => request.Worker == worker && !request.Answer.IsCompleted);

    /// <summary>Takes requests and gives answers whose time has come.</summary>
    public void Turn()
    {
        // An answer lets its sender go on at once, and the next request joins the list meanwhile.
        for (int i = 0; i < pending.Count; i++)
        {
            PendingRequest request = pending[i];
            if (!request.HasArrived && request.ArrivalTicks <= scheduler.Time.Ticks)
            {
                request.HasArrived = true;
                Take(request.Body);
            }

            if (request.HasArrived && request.AnswerTicks <= scheduler.Time.Ticks)
            {
                request.Settle();
            }
        }

        if (pending.Count > 0)
        {
            pending.RemoveAll(request => request.HasArrived && request.Answer.IsCompleted);
        }
    }

    private void Take(byte[] body)
    {
        string hash = Convert.ToHexString(SHA256.HashData(body))[..16];
        bool isRepeat = false;
        foreach (TimeSeries one in WriteRequest.Parser.ParseFrom(body).Timeseries)
        {
            string labels = string.Join(',', one.Labels.Select(label => $"{label.Name}={label.Value}"));
            if (!series.TryGetValue(labels, out SortedList<long, ReceivedSample>? samples))
            {
                samples = [];
                series.Add(labels, samples);
            }

            foreach (Sample sample in one.Samples)
            {
                isRepeat |= Take(labels, samples, sample, hash);
            }
        }

        Repeats += isRepeat ? 1 : 0;
    }

    private bool Take(string labels, SortedList<long, ReceivedSample> samples, Sample sample, string hash)
    {
        long bits = BitConverter.DoubleToInt64Bits(sample.Value);
        if (samples.TryGetValue(sample.Timestamp, out ReceivedSample known))
        {
            if (known.ValueBits != bits)
            {
                Complaints.Add($"receiver: {labels} at {sample.Timestamp} was {known.ValueBits:x} and came again as {bits:x}");
            }

            // target_info travels with every record of its job, and so in several requests of a step.
            if (known.Request != hash && !labels.StartsWith("__name__=target_info", StringComparison.Ordinal))
            {
                Complaints.Add($"receiver: {labels} at {sample.Timestamp} came again in another request (E1)");
            }

            return true;
        }

        if (samples.Count > 0 && samples.GetKeyAtIndex(samples.Count - 1) > sample.Timestamp)
        {
            Complaints.Add($"receiver: {labels} at {sample.Timestamp} came behind {samples.GetKeyAtIndex(samples.Count - 1)}");
        }

        samples.Add(sample.Timestamp, new ReceivedSample(bits, hash));
        return false;
    }
}
