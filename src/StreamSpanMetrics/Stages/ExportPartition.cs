using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Stages;

/// <summary>What the export loop holds of one partition: the request being gathered and the one on its way. Polling thread only.</summary>
internal sealed class ExportPartition : IDisposable
{
    private readonly ISeriesSender sender;
    private readonly CancellationTokenSource cancel;
    private Task? sending;

    public ExportPartition(int number, ISeriesSender sender, RemoteWriteBatcher batcher, long nextOffset, TimeProvider time)
    {
        Number = number;
        this.sender = sender;
        cancel = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Batcher = batcher;
        NextOffset = nextOffset;
        SettledOffset = nextOffset;
    }

    /// <summary>Number of the partition.</summary>
    public int Number { get; }

    /// <summary>The series gathered.</summary>
    public RemoteWriteBatcher Batcher { get; }

    /// <summary>Offset behind the last record gathered: committed when its samples are settled.</summary>
    public long NextOffset { get; set; }

    /// <summary>Offset up to which every sample is settled.</summary>
    public long SettledOffset { get; set; }

    /// <summary>Timestamp of the newest record read; 0 before the first. Only told, never computed with.</summary>
    public long NewestMillis { get; set; }

    /// <summary>Newest time of a point that was read, in milliseconds since 1970: the end of its step.</summary>
    public long StepEndMillis { get; set; }

    /// <summary>Whether what is on its way ends a step.</summary>
    public bool SendsLastOfStep { get; set; }

    /// <summary>Whether the receiver took any sample of what was sent last.</summary>
    public bool HasAccepted { get; private set; }

    /// <summary>Sequence number of the last record; null before the first.</summary>
    public ulong? Sequence { get; set; }

    /// <summary>A record that did not fit into the request on its way: the first of the next one.</summary>
    public SeriesBuffer? Held { get; set; }

    /// <summary>Offset behind the held record.</summary>
    public long HeldNextOffset { get; set; }

    /// <summary>Whether the held record is the last of its step.</summary>
    public bool HeldIsLast { get; set; }

    /// <summary>Whether requests are on their way.</summary>
    public bool IsSending => sending is not null;

    /// <summary>Sends all that is gathered, one request after the other.</summary>
    public void StartSending() => sending = SendAsync(Batcher.Requests());

    /// <summary>Whether the requests have been settled since the last call; throws what the sender threw.</summary>
    public bool TryFinish()
    {
        if (sending is not { IsCompleted: true })
        {
            return false;
        }

        sending.GetAwaiter().GetResult();
        sending = null;
        Batcher.Clear();
        return true;
    }

    /// <summary>Waits for the requests on their way, up to <paramref name="patience"/>; false if they are given up.</summary>
    public bool Drain(TimeSpan patience)
    {
        if (sending is null)
        {
            return true;
        }

        cancel.CancelAfter(patience);
        try
        {
            sending.GetAwaiter().GetResult();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => cancel.Dispose();

    private async Task SendAsync(List<WriteRequestBatch> requests)
    {
        HasAccepted = false;
        foreach (WriteRequestBatch request in requests)
        {
            HasAccepted |= await sender.SendAsync(request, cancel.Token).ConfigureAwait(false) > 0;
        }
    }
}
