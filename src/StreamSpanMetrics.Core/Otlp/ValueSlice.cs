namespace StreamSpanMetrics.Core.Otlp;

/// <summary>A region of the record being read. Valid as long as the record's memory is.</summary>
/// <param name="Start">Position of the first byte.</param>
/// <param name="Length">Number of bytes; -1 where there is no such region.</param>
public readonly record struct ValueSlice(int Start, int Length)
{
    /// <summary>No region.</summary>
    public static readonly ValueSlice Absent = new(0, -1);

    /// <summary>Whether there is a region, possibly an empty one.</summary>
    public bool IsPresent => Length >= 0;

    /// <summary>The bytes of the region in <paramref name="record"/>.</summary>
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> record) => record.Slice(Start, Length);
}
