using System.Text;
using System.Text.Json;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Otlp.Json;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Core.Tests.Otlp.Json;

/// <summary>What is refused, why and where; and that nothing a stranger writes is thrown at. System.Text.Json's reader is the judge.</summary>
public sealed class DamagedJsonTests
{
    private const int JudgeDepth = 100_000;

    private readonly TraceJsonTranscoder transcoder = new();
    private readonly RecordFolder folder = new(new SpanRules());

    [Theory]
    [InlineData("", DecodeCause.IllegalJson, 0)]
    [InlineData("  ", DecodeCause.IllegalJson, 2)]
    [InlineData("[]", DecodeCause.WrongJsonValue, 0)]
    [InlineData("7", DecodeCause.WrongJsonValue, 0)]
    [InlineData("nul", DecodeCause.IllegalJson, 0)]
    [InlineData("{", DecodeCause.IllegalJson, 1)]
    [InlineData("{}x", DecodeCause.IllegalJson, 2)]
    [InlineData("{}{}", DecodeCause.IllegalJson, 2)]
    [InlineData("{}\0", DecodeCause.IllegalJson, 2)]
    [InlineData("{,}", DecodeCause.IllegalJson, 1)]
    [InlineData("""{"a":1,}""", DecodeCause.IllegalJson, 7)]
    [InlineData("""{"a" 1}""", DecodeCause.IllegalJson, 5)]
    [InlineData("""{"a":01}""", DecodeCause.IllegalJson, 5)]
    [InlineData("""{"a":1.}""", DecodeCause.IllegalJson, 5)]
    [InlineData("""{"a":-}""", DecodeCause.IllegalJson, 5)]
    [InlineData("""{"a":"\x"}""", DecodeCause.IllegalJson, 6)]
    [InlineData("""{"a":"\u12g4"}""", DecodeCause.IllegalJson, 6)]
    [InlineData("{\"a\":\"\\u123\0\"}", DecodeCause.IllegalJson, 6)]
    [InlineData("{\"a\":\"\n\"}", DecodeCause.IllegalJson, 6)]
    [InlineData("""{"a":[1,]}""", DecodeCause.IllegalJson, 8)]
    [InlineData("""{"a":[1}""", DecodeCause.IllegalJson, 7)]
    [InlineData("""{"a":{"b":1]}""", DecodeCause.IllegalJson, 11)]
    [InlineData("""{"resourceSpans":[{},]}""", DecodeCause.IllegalJson, 21)]
    [InlineData("""{"resourceSpans":[{} {}]}""", DecodeCause.IllegalJson, 21)]
    [InlineData("""{"resourceSpans":7}""", DecodeCause.WrongJsonValue, 17)]
    [InlineData("""{"resourceSpans":[7]}""", DecodeCause.WrongJsonValue, 18)]
    [InlineData("""{"resourceSpans":[{"resource":[]}]}""", DecodeCause.WrongJsonValue, 30)]
    public void A_refusal_names_the_cause_and_the_byte(string json, DecodeCause cause, int position) =>
        Assert.Equal(new DecodeProblem(cause, position), Judge(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("\"name\":", "5")]
    [InlineData("\"name\":", "{}")]
    [InlineData("\"kind\":", "\"SPAN_KIND_ODD\"")]
    [InlineData("\"kind\":", "\"2\"")]
    [InlineData("\"kind\":", "2147483648")]
    [InlineData("\"kind\":", "1.0")]
    [InlineData("\"kind\":", "true")]
    [InlineData("\"startTimeUnixNano\":", "18446744073709551616")]
    [InlineData("\"startTimeUnixNano\":", "-1")]
    [InlineData("\"startTimeUnixNano\":", "\"-1\"")]
    [InlineData("\"startTimeUnixNano\":", "1.5")]
    [InlineData("\"startTimeUnixNano\":", "1e3")]
    [InlineData("\"startTimeUnixNano\":", "\"\"")]
    [InlineData("\"startTimeUnixNano\":", "\"1 \"")]
    [InlineData("\"startTimeUnixNano\":", "[1]")]
    [InlineData("\"flags\":", "4294967296")]
    [InlineData("\"traceId\":", "\"0102030405060708090a0b0c0d0e0fxx\"")]
    [InlineData("\"traceId\":", "17")]
    [InlineData("\"traceId\":", "\"0102\"", DecodeCause.WrongIdLength)]
    [InlineData("\"spanId\":", "\"010203040506070\"", DecodeCause.WrongIdLength)]
    [InlineData("\"parentSpanId\":", "\"0102030405060708090a0b0c0d0e0f10\"", DecodeCause.WrongIdLength)]
    [InlineData("\"attributes\":", "{}")]
    [InlineData("\"status\":", "[]")]
    [InlineData("\"attributes\":[{\"value\":{\"boolValue\":", "\"true\"")]
    [InlineData("\"attributes\":[{\"value\":{\"intValue\":", "9223372036854775808")]
    [InlineData("\"attributes\":[{\"value\":{\"doubleValue\":", "1e400")]
    [InlineData("\"attributes\":[{\"value\":{\"doubleValue\":", "\"one\"")]
    [InlineData("\"attributes\":[{\"value\":{\"doubleValue\":", "\"1\\u0000\"")]
    [InlineData("\"attributes\":[{\"value\":{\"doubleValue\":", "\" 1\"")]
    [InlineData("\"attributes\":[{\"value\":{\"bytesValue\":", "\"a*==\"")]
    [InlineData("\"attributes\":[{\"value\":{\"bytesValue\":", "\"abc\"")]
    public void A_value_that_its_field_cannot_have_is_refused(string before, string value, DecodeCause cause = DecodeCause.WrongJsonValue)
    {
        string start = """{"resourceSpans":[{"scopeSpans":[{"spans":[{""" + before;
        string end = before.Contains('[', StringComparison.Ordinal) ? "}}]}]}]}]}" : "}]}]}]}";
        Assert.Equal(new DecodeProblem(cause, start.Length), Judge(Encoding.UTF8.GetBytes(start + value + end)));
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Unknown_members_are_followed_to_a_limit(string open, string close)
    {
        Assert.Equal(DecodeProblem.None, Judge(Nested("{\"x\":", open, "1", close, "}", JsonScanner.MaxDepth)));
        DecodeProblem problem = Judge(Nested("{\"x\":", open, "1", close, "}", JsonScanner.MaxDepth + 1));
        Assert.Equal(new DecodeProblem(DecodeCause.JsonTooDeep, 5 + (JsonScanner.MaxDepth * open.Length)), problem);
        Assert.Equal(DecodeCause.JsonTooDeep, Judge(Nested("{\"x\":", open, "1", close, "}", 1_000_000)).Cause);
    }

    [Theory]
    [InlineData("{\"arrayValue\":{\"values\":[", "]}}", 3)]
    [InlineData("{\"kvlistValue\":{\"values\":[{\"value\":", "}]}}", 4)]
    public void Values_are_followed_to_a_limit(string open, string close, int levels)
    {
        const string Start = """{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"value":""";
        const string End = "}]}]}]}]}";
        int around = Start.Count(letter => letter is '{' or '[');
        int most = (JsonScanner.MaxDepth - around - 1) / levels;
        Assert.Equal(DecodeProblem.None, Judge(Nested(Start, open, "{}", close, End, most)));
        Assert.Equal(1, folder.Staged.Spans);
        Assert.Equal(DecodeCause.JsonTooDeep, Judge(Nested(Start, open, "{}", close, End, most + 1)).Cause);
        Assert.Equal(DecodeCause.JsonTooDeep, Judge(Nested(Start, open, "{}", close, End, 200_000)).Cause);
    }

    [Fact]
    public void Every_prefix_of_a_request_is_refused()
    {
        List<byte[]> requests = [.. RequestFixtures.EdgeCases().Values.Select(JsonRequest.Of).Where(json => json.Length < 2_000)];
        Assert.InRange(requests.Count, 15, 33);
        foreach (byte[] json in requests)
        {
            Assert.Equal(DecodeProblem.None, Judge(json));
            for (int length = 0; length < json.Length; length++)
            {
                DecodeProblem problem = Judge(json[..length]);
                Assert.Equal(DecodeCause.IllegalJson, problem.Cause);
                Assert.InRange(problem.Position, 0, length);
            }
        }
    }

    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public void Damaged_requests_are_judged_rightly(int seed)
    {
        Random random = Seeded.Random(seed);
        RequestGenerator generator = new(random);
        JsonRequestWriter writer = new(random);
        int refused = 0;
        for (int request = 0; request < 300; request++)
        {
            byte[] json = writer.Write(generator.Request());
            for (int round = 0; round < 20 && json.Length < 30_000; round++)
            {
                refused += Judge(Mutated(json, random)).Exists ? 1 : 0;
            }
        }

        Assert.InRange(refused, 500, 5_500);
    }

    [Fact]
    public void Random_bytes_of_JSON_are_judged_rightly()
    {
        Random random = Seeded.Random(43);
        ReadOnlySpan<byte> alphabet = "{}[]\":,0123eE+-.\\u tfn"u8;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] json = new byte[random.Next(20)];
            for (int index = 0; index < json.Length; index++)
            {
                json[index] = alphabet[random.Next(alphabet.Length)];
            }

            Judge([.. "{\"a\":"u8, .. json, .. "}"u8]);
        }
    }

    private static byte[] Nested(string start, string open, string middle, string close, string end, int depth)
    {
        StringBuilder json = new(start);
        json.Insert(json.Length, open, depth).Append(middle).Insert(json.Length, close, depth).Append(end);
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    private static byte[] Mutated(byte[] json, Random random)
    {
        byte[] mutated = [.. json];
        ReadOnlySpan<byte> signs = "{}[]\":,0-.\\untf \0\xFF"u8;
        for (int count = random.Next(3); count >= 0; count--)
        {
            int at = random.Next(mutated.Length);
            switch (random.Next(4))
            {
                case 0:
                    mutated[at] = signs[random.Next(signs.Length)];
                    break;
                case 1:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    int end = Math.Min(mutated.Length, at + random.Next(1, 40));
                    mutated = [.. mutated[..at], .. mutated[end..]];
                    break;
                default:
                    mutated = [.. mutated[..at], .. mutated[at..Math.Min(mutated.Length, at + 40)], .. mutated[at..]];
                    break;
            }

            if (mutated.Length == 0)
            {
                break;
            }
        }

        return mutated;
    }

    /// <summary>Transcodes, and compares with what System.Text.Json says of the same bytes.</summary>
    private DecodeProblem Judge(byte[] json)
    {
        DecodeProblem problem = transcoder.Transcode(json);
        if (problem.Exists)
        {
            Assert.True(transcoder.Record.IsEmpty);
            Assert.InRange(problem.Position, 0, json.Length);
            // Another cause than illegal text may be found before the text goes wrong, but illegal text is nothing else.
            Assert.True(problem.Cause != DecodeCause.IllegalJson || !IsJson(json), $"{problem}: {Encoding.UTF8.GetString(json)}");
            return problem;
        }

        Assert.True(IsJson(json), Encoding.UTF8.GetString(json));
        Assert.Equal(DecodeProblem.None, folder.Fold(transcoder.Record));
        Assert.InRange(transcoder.Record.Length, 0, (2 * json.Length) + 1);
        return problem;
    }

    private static bool IsJson(byte[] json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = JudgeDepth });
        try
        {
            while (reader.Read())
            {
                // Only the end matters.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
