namespace StreamSpanMetrics.RemoteWrite;

/// <summary>Bounds the rate at which an observer hears of failures. For several threads.</summary>
internal sealed class RemoteWriteNotes(IRemoteWriteObserver observer, TimeProvider clock)
{
    // Often enough to be seen in a log's tail, seldom enough to leave it readable.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly DateTimeOffset[] lastRefusal = new DateTimeOffset[Enum.GetValues<RefusalReason>().Length];
    private DateTimeOffset? awaySince;
    private DateTimeOffset lastAway;
    private int failedAttempts;

    /// <summary>An attempt failed and will be repeated.</summary>
    public void Failed(string cause)
    {
        observer.Retried();
        DateTimeOffset now = clock.GetUtcNow();
        DateTimeOffset since;
        int attempts;
        lock (gate)
        {
            awaySince ??= now;
            since = awaySince.Value;
            attempts = ++failedAttempts;
            if (attempts > 1 && now - lastAway < Pause)
            {
                return;
            }

            lastAway = now;
        }

        observer.Away(since, attempts, cause);
    }

    /// <summary>The receiver took or refused samples: it is there.</summary>
    public void Answered()
    {
        DateTimeOffset since;
        int attempts;
        lock (gate)
        {
            if (awaySince is null)
            {
                return;
            }

            (since, attempts) = (awaySince.Value, failedAttempts);
            (awaySince, failedAttempts) = (null, 0);
        }

        observer.Back(since, attempts);
    }

    /// <summary>1.0 is sent from now on.</summary>
    public void FellBack(string answer) => observer.FellBack(answer);

    /// <summary>Samples were refused for good.</summary>
    public void Refused(RefusalReason reason, int samples, string answer)
    {
        DateTimeOffset now = clock.GetUtcNow();
        lock (gate)
        {
            DateTimeOffset last = lastRefusal[(int)reason];
            if (last != default && now - last < Pause)
            {
                return;
            }

            lastRefusal[(int)reason] = now;
        }

        observer.Refused(reason, samples, answer);
    }
}
