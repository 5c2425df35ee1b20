namespace StreamSpanMetrics.Stages;

/// <summary>A restore that was asked for.</summary>
internal sealed class RestoreJob : IDisposable
{
    private readonly CancellationTokenSource cancel;

    /// <summary>A restore that has not begun; <paramref name="stop"/> ends it as <see cref="Cancel"/> does.</summary>
    public RestoreJob(int shard, long askedAt, CancellationToken stop)
    {
        Shard = shard;
        AskedAt = askedAt;
        cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Token = cancel.Token;
    }

    /// <summary>Number of the shard.</summary>
    public int Shard { get; }

    /// <summary>When it was asked for.</summary>
    public long AskedAt { get; }

    /// <summary>Set when nobody wants the shard any more.</summary>
    public CancellationToken Token { get; }

    /// <summary>The running restore; null before it begins.</summary>
    public Task? Task { get; set; }

    /// <summary>The shard, when the task has ended well.</summary>
    public MergeShard? Result { get; set; }

    /// <summary>Says that nobody wants the shard any more.</summary>
    public void Cancel() => cancel.Cancel();

    /// <inheritdoc/>
    public void Dispose() => cancel.Dispose();
}
