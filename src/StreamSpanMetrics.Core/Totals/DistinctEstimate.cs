using System.Numerics;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// About how many different hashes were added: a HyperLogLog of 1024 registers (Flajolet et al., 2007), so the standard error is 3.3 %.
/// Adding one again changes nothing.
/// </summary>
public sealed class DistinctEstimate
{
    private const int IndexBits = 10;
    private const int Registers = 1 << IndexBits;
    private const double Alpha = 0.7213 / (1 + (1.079 / Registers));

    private readonly byte[] ranks = new byte[Registers];

    /// <summary>Adds a hash whose bits are all as good as random.</summary>
    public void Add(ulong hash)
    {
        int index = (int)(hash >> (64 - IndexBits));
        int rank = BitOperations.LeadingZeroCount((hash << IndexBits) | (1UL << (IndexBits - 1))) + 1;
        ranks[index] = Math.Max(ranks[index], (byte)rank);
    }

    /// <summary>Adds all hashes that were added to another one.</summary>
    public void AddAll(DistinctEstimate other)
    {
        for (int index = 0; index < Registers; index++)
        {
            ranks[index] = Math.Max(ranks[index], other.ranks[index]);
        }
    }

    /// <summary>The estimate.</summary>
    public long Count()
    {
        double sum = 0;
        int empty = 0;
        foreach (byte rank in ranks)
        {
            sum += Math.ScaleB(1, -rank);
            empty += rank == 0 ? 1 : 0;
        }

        double estimate = Alpha * Registers * Registers / sum;
        bool isSmall = estimate <= 2.5 * Registers && empty > 0;
        return (long)Math.Round(isSmall ? Registers * Math.Log((double)Registers / empty) : estimate);
    }
}
