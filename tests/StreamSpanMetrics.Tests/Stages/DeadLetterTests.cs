using System.Text;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Records that cannot be counted: written aside, in the transaction that covers their offsets.</summary>
public sealed class DeadLetterTests
{
    private static readonly byte[] Broken = [0x0a, 0x7f, 0x01];

    private readonly AggregateBench bench = new(null, 1);

    [Fact]
    public void A_broken_record_becomes_a_dead_letter_in_the_transaction_of_its_range()
    {
        bench.Append(0, "shop");
        bench.Log.Append(AggregateBench.Source, 0, "key"u8.ToArray(), Broken, bench.Time.NowMillis);
        bench.Append(0, "shop");
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        MemoryTransaction written = Assert.Single(bench.Producer.Attempts);
        OutgoingRecord letter = Assert.Single(written.Records, record => record.Topic == AggregateBench.DeadLetters);
        Assert.Equal("key"u8.ToArray(), letter.Key);
        Assert.Equal(Broken, letter.Value);
        Assert.Equal(-1, letter.Partition);
        Assert.Equal(3, written.Offsets[0]);
        Assert.Equal(2, bench.CountedSpans());
        bench.AssertChained(0);
    }

    [Fact]
    public void The_headers_say_where_it_came_from_and_why()
    {
        Dictionary<string, string> headers = HeadersOf(Broken);
        Assert.Equal("spans", headers["__connect.errors.topic"]);
        Assert.Equal("0", headers["__connect.errors.partition"]);
        Assert.Equal("1", headers["__connect.errors.offset"]);
        Assert.Equal("VALUE_CONVERTER", headers["__connect.errors.stage"]);
        Assert.NotEmpty(headers["__connect.errors.exception.class.name"]);
        Assert.Contains("OTLP", headers["__connect.errors.exception.message"], StringComparison.Ordinal);
    }

    [Fact]
    public void The_original_headers_come_first()
    {
        KeyValuePair<string, byte[]>[] original = [new("tenant", "a"u8.ToArray()), new("tenant", "b"u8.ToArray())];
        OutgoingRecord letter = LetterOf(Broken, null, original);
        Assert.Equal(original, letter.Headers!.Take(2));
        Assert.Equal("__connect.errors.topic", letter.Headers![2].Key);
    }

    [Fact]
    public void What_is_too_large_is_cut_and_a_header_says_so()
    {
        KeyValuePair<string, byte[]>[] original = [new("small", [1]), new("large", new byte[70_000]), new("last", [2])];
        byte[] value = [.. Broken, .. new byte[80_000]];
        OutgoingRecord letter = LetterOf(value, new byte[66_000], original);
        Assert.Equal(value[..65_536], letter.Value);
        Assert.Equal(65_536, letter.Key!.Length);
        Assert.Equal(
            ["key of 66000 bytes", "value of 80003 bytes", "2 of 3 headers left out"],
            letter.Headers!.Where(header => header.Key == "streamspanmetrics.cut").Select(header => Encoding.UTF8.GetString(header.Value)));
        Assert.Contains(letter.Headers!, header => header.Key == "small");
    }

    [Fact]
    public void A_record_above_the_limit_is_not_read()
    {
        Dictionary<string, string> headers = HeadersOf(SpanRequests.Make("shop", spans: 1000));
        Assert.Equal("RecordTooLarge", headers["__connect.errors.exception.class.name"]);
        Assert.Equal(1, bench.CountedSpans());
    }

    [Fact]
    public void Json_is_recognized() =>
        Assert.Contains("otlp_json", HeadersOf("{\"a\":1}"u8.ToArray())["__connect.errors.exception.message"], StringComparison.Ordinal);

    [Fact]
    public void A_broken_record_moves_the_clock_and_counts_nothing_of_the_record_before()
    {
        long later = bench.Time.NowMillis + 30_000;
        bench.Append(0, "shop");
        bench.Log.Append(AggregateBench.Source, 0, null, Broken, later);
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        Assert.Equal(1, bench.CountedSpans());
        Assert.Equal(1, bench.Stage.Counters.BadRecords);
        Assert.Equal(later, Assert.Single(bench.Blocks(0, 0)).WatermarkUnixMillis);
    }

    [Fact]
    public void A_broken_record_without_timestamp_has_no_time()
    {
        bench.Append(0, "shop", 1_000);
        bench.Log.Append(AggregateBench.Source, 0, null, Broken, 0, false);
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        Assert.Equal(1_000, Assert.Single(bench.Blocks(0, 0)).WatermarkUnixMillis);
    }

    [Fact]
    public void A_dead_letter_of_an_aborted_cut_is_written_once()
    {
        bench.Producer.Fail(TransactionFault.Aborted);
        Write(Broken);
        bench.Consumer.Until(() => bench.Producer.Attempts.Count == 2);
        bench.Run();
        Assert.Single(bench.Log.Read(AggregateBench.DeadLetters, 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_dead_letter_of_an_unknown_cut_is_written_once(bool written)
    {
        bench.Producer.Fail(written ? TransactionFault.UnknownWritten : TransactionFault.UnknownNotWritten);
        Write(Broken);
        bench.Consumer.Until(() => bench.Logger.Texts(5).Count == 1);
        bench.Consumer.Then(() => bench.Append(0, "shop"));
        bench.Cut();
        bench.Run();
        Assert.Single(bench.Log.Read(AggregateBench.DeadLetters, 0));
        bench.AssertChained(0);
    }

    [Fact]
    public void A_long_value_is_cut()
    {
        byte[] value = new byte[100_000];
        OutgoingRecord letter = DeadLetter.Make("dead", "spans", new PolledRecord(3, 4, 5, true), null, value, "why", "words");
        Assert.Equal(64 * 1024, letter.Value!.Length);
        Assert.Null(letter.Key);
    }

    private void Write(byte[] value)
    {
        bench.Append(0, "shop");
        bench.Log.Append(AggregateBench.Source, 0, null, value, bench.Time.NowMillis);
        bench.Consumer.Assign(0);
        bench.Cut();
    }

    private OutgoingRecord LetterOf(byte[] value, byte[]? key, IReadOnlyList<KeyValuePair<string, byte[]>> headers)
    {
        bench.Log.Append(AggregateBench.Source, 0, key, value, bench.Time.NowMillis, headers: headers);
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        MemoryTransaction written = Assert.Single(bench.Producer.Attempts);
        return Assert.Single(written.Records, record => record.Topic == AggregateBench.DeadLetters);
    }

    private Dictionary<string, string> HeadersOf(byte[] value)
    {
        Write(value);
        bench.Run();
        MemoryRecord letter = Assert.Single(bench.Log.Read(AggregateBench.DeadLetters, 0));
        return letter.Headers!.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString(header.Value));
    }
}
