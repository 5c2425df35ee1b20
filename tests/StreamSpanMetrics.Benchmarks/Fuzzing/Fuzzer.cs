using System.Diagnostics;
using System.Globalization;

namespace StreamSpanMetrics.Benchmarks.Fuzzing;

/// <summary>
/// Feeds a target with mutated inputs and watches for the three things that hostile input must not do: crash it, hang it, make it grow.
/// </summary>
internal sealed class Fuzzer(IFuzzTarget target, int seed)
{
    private const int MaxSeeds = 4096;
    private const int Reports = 20;

    /// <summary>Far more than any input of 64 KiB may take, also on a busy machine.</summary>
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    /// <summary>What a target's memory may grow by between the first tenth of the run and its end, tables at their limits included.</summary>
    private const long MaxGrowthBytes = 64L * 1024 * 1024;

    private readonly Random random = new(seed);
    private readonly HashSet<string> answers = [];
    private readonly List<byte[]> seeds = [.. target.Seeds];
    private byte[] current = [];
    private long currentSince;
    private long seedBytes;

    /// <summary>Runs; false after a find, which is printed with its input.</summary>
    public bool Run(long inputs)
    {
        using Timer watch = new(_ => Watch(), null, Hang, TimeSpan.FromSeconds(1));
        ByteMutator mutator = new(random);
        long started = Stopwatch.GetTimestamp();
        long settled = 0;
        for (long number = 0; number < inputs; number++)
        {
            byte[] input = mutator.Mutate(seeds[random.Next(seeds.Count)], seeds[random.Next(seeds.Count)]);
            if (!Feed(input, number))
            {
                return false;
            }

            if (number % Math.Max(1, inputs / Reports) == 0)
            {
                Report(number, inputs, started);
            }

            settled = number == inputs / 10 ? MemoryInUse() : settled;
        }

        Volatile.Write(ref currentSince, 0);
        Report(inputs, inputs, started);
        long growth = MemoryInUse() - settled;
        if (growth > MaxGrowthBytes)
        {
            Console.WriteLine($"{target.Name}: FOUND growth of {growth / 1024} KiB (seed {seed})");
            return false;
        }

        return true;
    }

    private bool Feed(byte[] input, long number)
    {
        current = input;
        Volatile.Write(ref currentSince, Stopwatch.GetTimestamp());
        try
        {
            string answer = target.Feed(input);

            // What leads to a new answer is mutated further. Answers are remembered no longer than that: millions of them are memory, too.
            if (seeds.Count < MaxSeeds && answers.Add(answer))
            {
                seeds.Add(input);
                seedBytes += input.Length;
            }

            return true;
        }
        catch (Exception exception)
        {
            // Whatever it is: it should have been an answer.
            Console.WriteLine($"{target.Name}: FOUND an exception at input {number} of seed {seed}: {exception}");
            Console.WriteLine($"input: {Convert.ToHexString(input)}");
            return false;
        }
    }

    private void Watch()
    {
        long since = Volatile.Read(ref currentSince);
        if (since != 0 && Stopwatch.GetElapsedTime(since) > Hang)
        {
            Console.WriteLine($"{target.Name}: FOUND a hang of more than {Hang.TotalSeconds} s (seed {seed})");
            Console.WriteLine($"input: {Convert.ToHexString(current)}");
            Environment.Exit(1);
        }
    }

    private void Report(long number, long inputs, long started) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{target.Name}: {number} of {inputs} inputs, {seeds.Count} kept for their answers, {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s"));

    // What this class keeps itself does not count.
    private long MemoryInUse() => GC.GetTotalMemory(forceFullCollection: true) - seedBytes - answers.Sum(answer => 2L * answer.Length);
}
