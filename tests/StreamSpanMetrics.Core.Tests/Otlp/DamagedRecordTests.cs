using Google.Protobuf;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Otlp;

/// <summary>
/// Truncated and mutated records: what is refused, what is not, and where. Three readers are set side by side: ours, the strict twin
/// and the generated classes.
/// </summary>
public sealed class DamagedRecordTests
{
    private static readonly string[] Selected = ["http.method", "http.status_code", "exception.type", "custom", "", "k"];
    private static readonly byte[] Poisons = [0x00, 0x7F, 0x80, 0xFF];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_prefix_of_captured_records_is_judged_rightly(bool events)
    {
        List<byte[]> records = [.. RequestFixtures.Requests("flask_by_trace").Take(6), .. RequestFixtures.EdgeCases().Values];
        foreach (byte[] record in records.Where(record => record.Length < 2_500))
        {
            for (int length = 0; length < record.Length; length++)
            {
                Judge(record[..length], events);
            }
        }
    }

    [Theory]
    [InlineData(11, true)]
    [InlineData(12, false)]
    public void Flipped_bytes_of_captured_records_are_judged_rightly(int seed, bool events)
    {
        Random random = Seeded.Random(seed);
        List<byte[]> records = [.. RequestFixtures.Requests("flask_by_trace").Take(50), .. RequestFixtures.EdgeCases().Values];
        int refused = 0;
        for (int round = 0; round < 12_000; round++)
        {
            refused += Judge(Mutated(records[random.Next(records.Count)], random), events) ? 0 : 1;
        }

        Assert.InRange(refused, 1_000, 11_000);
    }

    [Theory]
    [InlineData(13, true)]
    [InlineData(14, false)]
    public void Flipped_bytes_of_generated_and_rewritten_requests_are_judged_rightly(int seed, bool events)
    {
        Random random = Seeded.Random(seed);
        RequestGenerator generator = new(random);
        WireRewriter rewriter = new(random);
        for (int request = 0; request < 150; request++)
        {
            byte[] record = generator.Request().ToByteArray();
            record = request % 2 == 0 ? record : rewriter.Request(record);
            for (int round = 0; round < 20 && record.Length is > 0 and < 30_000; round++)
            {
                Judge(Mutated(record, random), events);
            }
        }
    }

    [Fact]
    public void Random_bytes_are_judged_rightly()
    {
        Random random = Seeded.Random(15);
        for (int round = 0; round < 5_000; round++)
        {
            byte[] record = new byte[random.Next(60)];
            random.NextBytes(record);
            Judge(record, events: true);
        }
    }

    [Fact]
    public void A_problem_states_the_byte_of_the_broken_field_in_the_whole_record()
    {
        // Three levels down: resource_spans, scope_spans, span; its second field is an id of three bytes.
        byte[] record = [0x0A, 13, 0x0A, 0, 0x12, 9, 0x12, 7, 0x30, 1, 0x12, 3, 1, 2, 3];
        Assert.Equal(new DecodeProblem(DecodeCause.WrongIdLength, 10), Problem(record));
    }

    [Theory]
    [InlineData(DecodeCause.None, 0, new byte[] { 0x0A, 0 })]
    [InlineData(DecodeCause.Truncated, 2, new byte[] { 0x0A, 0, 0x0A })]
    [InlineData(DecodeCause.Truncated, 0, new byte[] { 0x0A, 1 })]
    [InlineData(DecodeCause.Truncated, 0, new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F })]
    [InlineData(DecodeCause.Truncated, 0, new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(DecodeCause.Truncated, 0, new byte[] { 0x11, 1, 2, 3 })]
    [InlineData(DecodeCause.Truncated, 0, new byte[] { 0x15, 1, 2, 3 })]
    [InlineData(DecodeCause.Truncated, 0, new byte[] { 0x13, 0x18, 1 })]
    [InlineData(DecodeCause.VarintTooLong, 0, new byte[] { 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(DecodeCause.VarintTooLong, 2, new byte[] { 0x0A, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01 })]
    [InlineData(DecodeCause.IllegalFieldNumber, 0, new byte[] { 0x02, 1, 0 })]
    [InlineData(DecodeCause.IllegalFieldNumber, 0, new byte[] { 0x82, 0x80, 0x80, 0x80, 0x10, 0 })]
    [InlineData(DecodeCause.IllegalFieldNumber, 0, new byte[] { 0x13, 0x00, 0x14 })]
    [InlineData(DecodeCause.IllegalWireType, 0, new byte[] { 0x16, 0 })]
    [InlineData(DecodeCause.IllegalWireType, 0, new byte[] { 0x17, 0 })]
    [InlineData(DecodeCause.IllegalWireType, 0, new byte[] { 0x14 })]
    [InlineData(DecodeCause.IllegalWireType, 0, new byte[] { 0x13, 0x1C })]
    [InlineData(DecodeCause.WrongWireType, 2, new byte[] { 0x0A, 0, 0x08, 1 })]
    [InlineData(DecodeCause.WrongWireType, 2, new byte[] { 0x0A, 2, 0x10, 1 })]
    [InlineData(DecodeCause.WrongIdLength, 6, new byte[] { 0x0A, 7, 0x12, 5, 0x12, 3, 0x22, 1, 9 })]
    public void Every_cause_is_stated_with_its_position(DecodeCause cause, int position, byte[] record) =>
        Assert.Equal(new DecodeProblem(cause, position), Problem(record));

    [Fact]
    public void A_part_of_a_resource_cannot_borrow_bytes_from_the_next_part()
    {
        // The first part states an attribute of four bytes and has none; with the second part's four it would look whole.
        byte[] record = [0x0A, 10, 0x0A, 2, 0x0A, 4, 0x0A, 4, 0x0A, 2, 0x12, 0];
        Assert.Equal(new DecodeProblem(DecodeCause.Truncated, 4), Problem(record));
    }

    [Fact]
    public void A_group_of_unknown_fields_is_passed_over()
    {
        byte[] record = [0x13, 0x18, 1, 0x1B, 0x1C, 0x25, 1, 2, 3, 4, 0x2A, 2, 7, 7, 0x31, 1, 2, 3, 4, 5, 6, 7, 8, 0x14, 0x0A, 0];
        TraceReader reader = new(record);
        Assert.True(reader.MoveToNextResource());
        Assert.False(reader.MoveToNextResource());
        Assert.False(reader.Problem.Exists);
    }

    private static DecodeProblem Problem(byte[] record) => TraceFacts.FromReader(record, Selected, events: true, values: false, []);

    private static byte[] Mutated(byte[] record, Random random)
    {
        byte[] mutated = [.. record];
        for (int flips = random.Next(1, 4); flips > 0 && mutated.Length > 0; flips--)
        {
            int at = random.Next(mutated.Length);
            mutated[at] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(mutated[at] ^ (1 << random.Next(8))),
                _ => (byte)(mutated[at] + (random.Next(2) == 0 ? 1 : -1)),
            };
        }

        return random.Next(8) == 0 ? mutated[..random.Next(mutated.Length + 1)] : mutated;
    }

    /// <summary>Compares all readers on a damaged record and returns whether it is accepted.</summary>
    private static bool Judge(byte[] record, bool events)
    {
        DecodeProblem expected = StrictTwin.Check(record, WireShape.Request(resources: false, events), out byte[] blank);
        List<string> structure = [];
        DecodeProblem problem = TraceFacts.FromReader(record, Selected, events, values: false, structure);
        Assert.Equal(expected, problem);
        AssertBlindBeyondTheEnd(record, events, problem, structure);
        List<string>? oracle = TryOracle(record, events, values: true);
        if (problem.Exists)
        {
            if (oracle is not null)
            {
                AssertStricterOnPurpose(record, problem);
            }

            return false;
        }

        if (oracle is not null)
        {
            List<string> facts = [];
            TraceFacts.FromReader(record, Selected, events, values: true, facts);
            Assert.Equal(oracle, facts);
        }

        // Whatever else is wrong is inside what the reader passes over: with that empty, the oracle finds the same spans.
        Assert.Equal(TryOracle(blank, events, values: false), structure);
        return true;
    }

    /// <summary>Places the record between bytes of several poisons: none of them may change what is read.</summary>
    private static void AssertBlindBeyondTheEnd(byte[] record, bool events, DecodeProblem problem, List<string> structure)
    {
        foreach (byte poison in Poisons)
        {
            byte[] buffer = new byte[record.Length + 64];
            Array.Fill(buffer, poison);
            record.CopyTo(buffer, 32);
            List<string> again = [];
            Assert.Equal(problem, TraceFacts.FromReader(buffer.AsSpan(32, record.Length), Selected, events, values: false, again));
            Assert.Equal(structure, again);
        }
    }

    /// <summary>
    /// The generated classes take a known field of another wire type for an unknown one and ids of any length, and they drop the upper
    /// half of tags and lengths above 32 bits. The Collector does none of that, and neither do we.
    /// </summary>
    private static void AssertStricterOnPurpose(byte[] record, DecodeProblem problem)
    {
        if (problem.Cause is not (DecodeCause.WrongWireType or DecodeCause.WrongIdLength))
        {
            int position = problem.Position;
            int continued = 0;
            int longest = 0;
            for (; position < record.Length && longest < 4; position++)
            {
                continued = record[position] >= 0x80 ? continued + 1 : 0;
                longest = Math.Max(longest, continued);
            }

            Assert.True(longest >= 4, $"{problem}, but the generated classes read it: {Convert.ToHexString(record)}");
        }
    }

    private static List<string>? TryOracle(byte[] record, bool events, bool values)
    {
        try
        {
            return TraceFacts.FromOracle(record, Selected, events, values);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
