using System.Buffers.Binary;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// How many spans a sampled one stands for: 2^56 / (2^56 - threshold), with the threshold in its <c>tracestate</c>. A weight that is no
/// whole number is rounded up or down at random, so that it is right on average, as in the connector; but the random bits are a hash of the
/// span itself, so that the same span always has the same weight (P3). Keeps the last <c>tracestate</c>, since many spans have the same
/// one. Not thread-safe.
/// </summary>
public sealed class SpanWeights
{
    /// <summary>
    /// Larger weights are lowered to this one: one span in 16 million is no sampling rate that anybody means, and totals of 64 bits are safe
    /// from whatever spans claim for the first million million of them.
    /// </summary>
    public const uint Max = 1 << 24;

    private const int HashedBytes = SpanIds.Bytes + (2 * sizeof(ulong));
    private const ulong One = 1UL << TraceState.ThresholdBits;

    private readonly byte[] known = new byte[TraceState.MaxBytes];
    private int knownLength;
    private bool knownHasThreshold;
    private ulong knownThreshold;

    /// <summary>
    /// Weight of the span in <paramref name="view"/>, 1 to <see cref="Max"/>. <paramref name="isExtrapolated"/> says whether a threshold was
    /// found, be it that of weight 1.
    /// </summary>
    public uint Of(ReadOnlySpan<byte> record, SpanView view, out bool isExtrapolated)
    {
        ReadOnlySpan<byte> text = view.TraceState.In(record);
        if (!text.SequenceEqual(known.AsSpan(0, knownLength)))
        {
            Learn(text);
        }

        isExtrapolated = knownHasThreshold;
        if (!knownHasThreshold)
        {
            return 1;
        }

        (ulong weight, ulong rest) = Math.DivRem(One, One - knownThreshold);
        if (weight >= Max)
        {
            return Max;
        }

        return (uint)weight + (rest != 0 && Draw(record, view, One - knownThreshold) < rest ? 1u : 0u);
    }

    private void Learn(ReadOnlySpan<byte> text)
    {
        knownHasThreshold = TraceState.TryReadThreshold(text, out knownThreshold);
        knownLength = text.Length <= known.Length ? text.Length : 0;
        if (knownLength == 0)
        {
            // Too long to be kept, and so for a threshold. An empty text has none either, so that is what is known now.
            return;
        }

        text.CopyTo(known);
    }

    /// <summary>
    /// A number below <paramref name="end"/>, always the same for one span: from its ids, and from its times, which differ where somebody
    /// writes no ids.
    /// </summary>
    private static ulong Draw(ReadOnlySpan<byte> record, SpanView view, ulong end)
    {
        Span<byte> hashed = stackalloc byte[HashedBytes];
        SpanIds.Read(record, view.Region, hashed);
        BinaryPrimitives.WriteUInt64LittleEndian(hashed[SpanIds.Bytes..], view.StartNanos);
        BinaryPrimitives.WriteUInt64LittleEndian(hashed[(SpanIds.Bytes + sizeof(ulong))..], view.EndNanos);
        return Math.BigMul(ByteHash.Of(hashed), end, out _);
    }
}
