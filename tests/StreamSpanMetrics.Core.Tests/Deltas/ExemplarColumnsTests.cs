using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>Exemplars as columns: what is written is read, and damage is refused whether anybody wants exemplars or not.</summary>
public sealed class ExemplarColumnsTests
{
    private const int Entries = 6;

    [Fact]
    public void What_is_written_is_read()
    {
        Random random = Seeded.Random(51);
        for (int round = 0; round < 100; round++)
        {
            SpanExemplar[][] written = [.. Enumerable.Range(0, Entries).Select(_ => Exemplars(random))];
            ExemplarColumns? columns = Columns(written);
            Assert.True(ExemplarColumnsReader.IsWellFormed(columns, Entries));
            ExemplarSets sets = new(100);
            ExemplarColumnsReader reader = new(columns);
            for (int entry = 0; entry < Entries; entry++)
            {
                reader.AddNext(sets, entry);
                SpanExemplar[] read = new SpanExemplar[100];
                int count = sets.Read(entry, read);
                Assert.Equal(written[entry].Order(Comparer<SpanExemplar>.Create((one, other) => one.CompareTo(other))), read[..count]);
            }
        }
    }

    [Fact]
    public void The_estimate_of_their_bytes_is_from_above()
    {
        Random random = Seeded.Random(52);
        ExemplarColumnsBuilder builder = new();
        int bound = 0;
        for (int entry = 3; entry < 300; entry += random.Next(1, 5))
        {
            bound += builder.Add(entry, [.. Enumerable.Range(0, 1 + random.Next(100)).Select(_ => Exemplar(random, ulong.MaxValue))]);
        }

        Assert.InRange(builder.Finish().CalculateSize(), bound / 2, bound + 30);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Damaged_columns_are_refused_and_change_nothing(int limit)
    {
        DeltaBlock sound = Block();
        ShardDriver driver = new(BlockBuilder.Rules with { MaxExemplars = limit });
        int refused = 0;
        foreach ((string path, IMessage changed) in
            MessageMutations.Of(sound).Where(one => one.Path.Contains("exemplars.", StringComparison.Ordinal)))
        {
            ApplyOutcome outcome = driver.State.Apply((DeltaBlock)changed, 0).Outcome;
            if (outcome == ApplyOutcome.Applied)
            {
                // A number where any will do, or an order that does not count: so it begins anew.
                Assert.Matches(@"(duration_nanos|end_unix_nanos)\[|ids$|sizes\[", path);
                driver = new ShardDriver(BlockBuilder.Rules with { MaxExemplars = limit });
                continue;
            }

            Assert.True(outcome == ApplyOutcome.Malformed, path);
            refused++;
        }

        Assert.True(refused > 20, $"{refused} refused");
        Assert.Equal(ApplyOutcome.Applied, driver.Apply(sound).Outcome);
    }

    [Fact]
    public void An_exemplar_without_trace_id_is_damage()
    {
        ExemplarColumns columns = Columns([[SpanExemplar.From(new byte[SpanExemplar.IdBytes], 1, 1)]])!;
        Assert.False(ExemplarColumnsReader.IsWellFormed(columns, 1));
    }

    private static DeltaBlock Block()
    {
        Random random = Seeded.Random(53);
        Observation Observed(string name) =>
            new(new TestResource("shop", ""), BlockBuilder.Spans(name), 3, 5_000_000) { Exemplars = [Exemplar(random, 100), Exemplar(random, 100)] };
        return BlockBuilder.Block(0, 0, [new SourceRecord(31_000, Observed("a"), Observed("b"))]);
    }

    private static ExemplarColumns? Columns(SpanExemplar[][] written)
    {
        ExemplarColumnsBuilder? builder = null;
        for (int entry = 0; entry < written.Length; entry++)
        {
            if (written[entry].Length > 0)
            {
                (builder ??= new ExemplarColumnsBuilder()).Add(entry, written[entry]);
            }
        }

        return builder?.Finish();
    }

    private static SpanExemplar[] Exemplars(Random random) =>
        random.Next(3) == 0 ? [] : [.. Enumerable.Range(0, random.Next(5)).Select(_ => Exemplar(random, 1_000_000)).Distinct()];

    private static SpanExemplar Exemplar(Random random, ulong longest)
    {
        byte[] ids = new byte[SpanExemplar.IdBytes];
        random.NextBytes(ids);
        return SpanExemplar.From(ids, longest - (ulong)random.Next(90), (ulong)random.NextInt64());
    }
}
