namespace StreamSpanMetrics.Benchmarks.Fuzzing;

/// <summary>Makes an input from others: a few random changes, some of them where formats with lengths are sensitive.</summary>
internal sealed class ByteMutator(Random random)
{
    private const int MaxChanges = 8;
    private const int MaxInputBytes = 64 * 1024;

    // Numbers at which lengths, signs and widths turn over, as varints and as raw bytes.
    private static readonly byte[][] Odd =
    [
        [0x00], [0x01], [0x7F], [0x80, 0x01], [0xFF, 0x7F], [0xFF, 0xFF, 0x03], [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0x80, 0x80, 0x80, 0x80, 0x08],
        [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
        [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x0A, 0x00], [0x0B], [0x0C],
    ];

    /// <summary>A changed copy of <paramref name="input"/>; pieces of <paramref name="other"/> may get into it.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        List<byte> bytes = [.. input];
        for (int change = random.Next(MaxChanges); change >= 0; change--)
        {
            Change(bytes, other);
        }

        if (bytes.Count > MaxInputBytes)
        {
            bytes.RemoveRange(MaxInputBytes, bytes.Count - MaxInputBytes);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        int at = random.Next(bytes.Count + 1);
        int length = random.Next(Math.Min(bytes.Count - at, 64) + 1);
        switch (random.Next(8))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.InsertRange(at, Odd[random.Next(Odd.Length)]);
                break;
            case 3 when at < bytes.Count:
                byte[] odd = Odd[random.Next(Odd.Length)];
                bytes.RemoveRange(at, Math.Min(odd.Length, bytes.Count - at));
                bytes.InsertRange(at, odd);
                break;
            case 4:
                bytes.RemoveRange(at, length);
                break;
            case 5:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 6:
                int from = random.Next(other.Length + 1);
                bytes.InsertRange(at, other.AsSpan(from, random.Next(Math.Min(other.Length - from, 200) + 1)));
                break;
            default:
                bytes.RemoveRange(at, random.Next(4) == 0 ? bytes.Count - at : 0);
                break;
        }
    }
}
