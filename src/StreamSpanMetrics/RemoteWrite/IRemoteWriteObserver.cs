namespace StreamSpanMetrics.RemoteWrite;

/// <summary>
/// Hears what happens to remote write, at a bounded rate, to log it. Called from the thread that sends, also from several at once;
/// must not throw and should be quick.
/// </summary>
public interface IRemoteWriteObserver
{
    /// <summary>An attempt failed and will be repeated. Called every time.</summary>
    void Retried();

    /// <summary>The receiver does not take samples for now. Called at the first failure and then at most once per minute.</summary>
    /// <param name="since">When the first failure was.</param>
    /// <param name="attempts">Failed attempts since then.</param>
    /// <param name="cause">What the newest attempt met: an error, or status and answer.</param>
    void Away(DateTimeOffset since, int attempts, string cause);

    /// <summary>The receiver answers again.</summary>
    /// <param name="since">When the first failure was.</param>
    /// <param name="attempts">Failed attempts meanwhile.</param>
    void Back(DateTimeOffset since, int attempts);

    /// <summary>The receiver does not read remote write 2.0: 1.0 is sent from now on. Called at most once per sender.</summary>
    /// <param name="answer">Status and answer of the receiver.</param>
    void FellBack(string answer);

    /// <summary>Samples were refused for good. Called at most once per reason and minute; the counts are in the outcome.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="samples">Samples of the part that led to this call.</param>
    /// <param name="answer">Status and answer of the receiver.</param>
    void Refused(RefusalReason reason, int samples, string answer);
}
