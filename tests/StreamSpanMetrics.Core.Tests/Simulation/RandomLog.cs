using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>Random source records and random cuts of them, from a seed.</summary>
internal sealed class RandomLog
{
    private readonly Random random;
    private readonly Random? exemplars;
    private readonly Random? bursts;
    private readonly TestResource[] resources;

    public RandomLog(int seed, int partitions, int recordsPerPartition, bool withExemplars = false, bool withBursts = false)
    {
        bursts = withBursts ? new Random(seed) : null;
        exemplars = withExemplars ? new Random(seed) : null;
        random = new Random(seed);
        resources = [.. Enumerable.Range(0, 9).Select(Resource)];
        Partitions = new SourceRecord[partitions][];
        for (int partition = 0; partition < partitions; partition++)
        {
            long time = 30_000 + random.Next(20_000);
            List<SourceRecord> records = [];
            for (int i = 0; i < recordsPerPartition; i++)
            {
                time += random.Next(12) == 0 ? random.Next(200_000) : random.Next(9_000);
                long stamp = random.Next(4) == 0 ? time - random.Next(40_000) : time;
                records.Add(new SourceRecord(Math.Max(1, stamp), [.. Enumerable.Range(0, random.Next(4)).Select(_ => Next()), .. Burst()]));
            }

            records.Add(new SourceRecord(time + 400_000));
            Partitions[partition] = [.. records];
        }
    }

    public SourceRecord[][] Partitions { get; }

    /// <summary>Cuts every partition at random places and interleaves the blocks at random, some of them in parts.</summary>
    public List<DeltaBatch> Batches(int seed)
    {
        Random cuts = new(seed);
        List<Queue<DeltaBlock>> queues = [];
        for (int partition = 0; partition < Partitions.Length; partition++)
        {
            Queue<DeltaBlock> queue = new();
            SourceRecord[] records = Partitions[partition];
            for (int start = 0; start < records.Length;)
            {
                int end = Math.Min(records.Length, start + 1 + cuts.Next(6));
                DeltaBlock block = BlockBuilder.Block((uint)partition, start, records[start..end], (uint)Partitions.Length);
                foreach (DeltaBlock part in InParts(block, cuts.Next(3) == 0))
                {
                    queue.Enqueue(part);
                }

                start = end;
            }

            queues.Add(queue);
        }

        List<DeltaBatch> batches = [];
        DeltaBatch batch = new();
        while (queues.Any(queue => queue.Count > 0))
        {
            Queue<DeltaBlock> queue = queues[cuts.Next(queues.Count)];
            if (queue.TryDequeue(out DeltaBlock? block))
            {
                batch.Blocks.Add(block);
            }

            if (cuts.Next(3) > 0 && batch.Blocks.Count > 0)
            {
                batches.Add(batch);
                batch = new DeltaBatch();
            }
        }

        batches.Add(batch);
        return batches;
    }

    private static IEnumerable<DeltaBlock> InParts(DeltaBlock block, bool split)
    {
        if (!split || block.Steps.Count < 2)
        {
            return [block];
        }

        DeltaBlock first = block.Clone();
        DeltaBlock second = block.Clone();
        (first.Part, first.Parts, second.Part, second.Parts) = (0, 2, 1, 2);
        first.Steps.RemoveAt(first.Steps.Count - 1);
        second.Steps.Clear();
        second.Steps.Add(block.Steps[^1]);
        return [first, second];
    }

    private TestResource Resource(int number)
    {
        List<(string, string)> descriptive = [];
        foreach (string name in new[] { "host.arch", "telemetry.sdk", "version" })
        {
            if (random.Next(5) > 0)
            {
                descriptive.Add((name, random.Next(3) == 0 ? "b" : "a"));
            }
        }

        return new TestResource("service-" + (number % 4), number % 3 == 0 ? "" : "env-" + (number % 3), [.. descriptive]);
    }

    // Now and then many keys of one resource.
    private IEnumerable<Observation> Burst()
    {
        if (bursts is null || bursts.Next(3) > 0)
        {
            return [];
        }

        TestResource resource = resources[bursts.Next(2)];
        return [.. Enumerable.Range(0, bursts.Next(1, 20)).Select(_ => new Observation(
            resource, bursts.Next(3) == 0 ? BlockBuilder.Events("op", "E" + bursts.Next(30)) : BlockBuilder.Spans("op-" + bursts.Next(30)),
            (ulong)bursts.Next(1, 5), 1_000_003))];
    }

    private Observation Next()
    {
        string name = "op-" + random.Next(6);
        (ValueKind, string)[] codes =
            [(ValueKind.Absent, ""), (ValueKind.Int, "200"), (ValueKind.String, "200"), (ValueKind.Int, "-5"), (ValueKind.Double, "2.5")];
        (ValueKind kind, string code) = codes[random.Next(codes.Length)];
        TestSeries series = random.Next(4) == 0
            ? BlockBuilder.Events(name, "E" + random.Next(2))
            : BlockBuilder.Spans(name, code, kind);
        return new Observation(resources[random.Next(resources.Length)], series, (ulong)random.Next(1, 5),
            series.Family == SeriesFamily.Events ? 0 : random.Next(1, 300) * 1_000_003L)
        {
            Exemplars = [.. Enumerable.Range(0, exemplars?.Next(4) ?? 0).Select(_ => Exemplar(exemplars!))],
        };
    }

    // Few ids, so that the same one comes again, now and then with another duration.
    private static SpanExemplar Exemplar(Random random)
    {
        byte[] ids = new byte[SpanExemplar.IdBytes];
        ids[random.Next(16)] = (byte)random.Next(1, 8);
        ids[^1] = (byte)random.Next(3);
        return SpanExemplar.From(ids, (ulong)random.Next(1, 3) * 1_000_000, (ulong)random.Next(300) * 1_000_000_000);
    }
}
