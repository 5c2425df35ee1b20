namespace StreamSpanMetrics.Stages;

/// <summary>
/// Receives a record while its memory still belongs to the client: nothing may keep the spans. Called on the polling thread, key
/// first, before the poll returns.
/// </summary>
public interface IRecordReader
{
    /// <summary>The key, empty if there is none.</summary>
    void ReadKey(ReadOnlySpan<byte> key);

    /// <summary>The value, empty for a tombstone.</summary>
    void ReadValue(ReadOnlySpan<byte> value);
}
