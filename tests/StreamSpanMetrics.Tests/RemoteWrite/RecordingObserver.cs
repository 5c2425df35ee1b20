using StreamSpanMetrics.RemoteWrite;

namespace StreamSpanMetrics.Tests.RemoteWrite;

/// <summary>Keeps what a sender tells.</summary>
internal sealed class RecordingObserver : IRemoteWriteObserver
{
    public List<(DateTimeOffset Since, int Attempts, string Cause)> AwayNotes { get; } = [];

    public List<(DateTimeOffset Since, int Attempts)> BackNotes { get; } = [];

    public List<(RefusalReason Reason, int Samples, string Answer)> RefusedNotes { get; } = [];

    public List<string> FellBackNotes { get; } = [];

    public int Retries { get; private set; }

    public void Retried() => Retries++;

    public void Away(DateTimeOffset since, int attempts, string cause) => AwayNotes.Add((since, attempts, cause));

    public void Back(DateTimeOffset since, int attempts) => BackNotes.Add((since, attempts));

    public void FellBack(string answer) => FellBackNotes.Add(answer);

    public void Refused(RefusalReason reason, int samples, string answer) => RefusedNotes.Add((reason, samples, answer));
}
