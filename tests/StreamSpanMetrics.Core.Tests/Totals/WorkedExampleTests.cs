using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>The worked example of the design: interval 15 s, two partitions, one series, records a to h.</summary>
public sealed class WorkedExampleTests
{
    private static readonly SourceRecord[] Zero = [At(31, 2), At(29, 4), At(46, 0), At(152, 5), At(170, 0)];
    private static readonly SourceRecord[] One = [At(33, 1), At(47, 0), At(166, 0)];

    private static readonly (long, long)[] Expected =
    [
        (30, 0), (45, 7), (60, 7), (75, 7), (90, 7), (105, 7), (120, 7), (135, 7), (150, 7), (165, 12),
    ];

    // With emit: changed and active_for: 0: the value, a heartbeat, the gap point, the value.
    private static readonly (long, long)[] ExpectedIfChanged = [(30, 0), (45, 7), (105, 7), (150, 7), (165, 12)];

    [Theory]
    [InlineData(EmissionMode.All)]
    [InlineData(EmissionMode.Changed)]
    public void Every_cut_and_every_interleaving_gives_the_points_of_the_example(EmissionMode mode)
    {
        ShardRules rules = BlockBuilder.Rules with { Emission = new EmissionRules { Mode = mode, ActiveMillis = 0, HeartbeatMillis = 60_000 } };
        int runs = 0;
        List<EmittedRecord>? reference = null;
        for (uint zeroCuts = 0; zeroCuts < 16; zeroCuts++)
        {
            for (uint oneCuts = 0; oneCuts < 4; oneCuts++)
            {
                List<DeltaBlock> zero = Cut(0, Zero, zeroCuts);
                List<DeltaBlock> one = Cut(1, One, oneCuts);
                foreach (List<DeltaBlock> order in Interleavings(zero, 0, one, 0))
                {
                    ShardDriver driver = new(rules);
                    foreach (DeltaBlock block in order)
                    {
                        Assert.False(driver.Apply(block).IsRefusal);
                    }

                    reference ??= driver.Records;
                    Assert.Equal(mode == EmissionMode.All ? Expected : ExpectedIfChanged, driver.Calls());
                    Assert.Equal(10, driver.State.ClosedStep);
                    Assert.Equal(reference, driver.Records);
                    Assert.Equal(0, driver.State.FoldedEntries);
                    Assert.All(driver.CallPoints(), point => Assert.Equal(30_000_000_000UL, point.StartTimeUnixNano));
                    runs++;
                }
            }
        }

        Assert.Equal(760, runs);
    }

    private static SourceRecord At(long seconds, ulong spans) => spans == 0
        ? new SourceRecord(seconds * 1000)
        : new SourceRecord(seconds * 1000, new Observation(new TestResource("shop"), BlockBuilder.Spans("GET /"), spans, 5_000_000));

    private static List<DeltaBlock> Cut(uint partition, SourceRecord[] records, uint cuts)
    {
        List<DeltaBlock> blocks = [];
        int start = 0;
        for (int end = 1; end <= records.Length; end++)
        {
            if (end == records.Length || (cuts & (1u << (end - 1))) != 0)
            {
                blocks.Add(BlockBuilder.Block(partition, start, records[start..end]));
                start = end;
            }
        }

        return blocks;
    }

    private static IEnumerable<List<DeltaBlock>> Interleavings(List<DeltaBlock> zero, int z, List<DeltaBlock> one, int o)
    {
        if (z == zero.Count && o == one.Count)
        {
            yield return [];
        }

        if (z < zero.Count)
        {
            foreach (List<DeltaBlock> rest in Interleavings(zero, z + 1, one, o))
            {
                yield return [zero[z], .. rest];
            }
        }

        if (o < one.Count)
        {
            foreach (List<DeltaBlock> rest in Interleavings(zero, z, one, o + 1))
            {
                yield return [one[o], .. rest];
            }
        }
    }
}
