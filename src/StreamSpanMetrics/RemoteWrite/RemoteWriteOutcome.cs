namespace StreamSpanMetrics.RemoteWrite;

/// <summary>What became of the samples of one batch; each is either sent or refused.</summary>
public sealed class RemoteWriteOutcome
{
    private readonly long[] refused = new long[Enum.GetValues<RefusalReason>().Length];

    /// <summary>Samples that the receiver accepted.</summary>
    public long SamplesSent { get; private set; }

    /// <summary>Samples that the receiver refused, for all reasons.</summary>
    public long SamplesRefused { get; private set; }

    /// <summary>Requests that were settled, retries not counted: 1, or more if the batch had to be halved (E2).</summary>
    public int Requests { get; private set; }

    /// <summary>Attempts that failed and were repeated.</summary>
    public int Retries { get; private set; }

    /// <summary>Status and answer of the first refusal, null if there was none.</summary>
    public string? FirstRefusal { get; private set; }

    /// <summary>Samples refused for <paramref name="reason"/>.</summary>
    public long Refused(RefusalReason reason) => refused[(int)reason];

    internal void CountRequest() => Requests++;

    internal void CountRetry() => Retries++;

    internal void CountSent(int samples) => SamplesSent += samples;

    internal void CountRefused(RefusalReason reason, int samples, string answer)
    {
        refused[(int)reason] += samples;
        SamplesRefused += samples;
        FirstRefusal ??= answer;
    }
}
