using System.Buffers;
using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Otlp;

/// <summary>Values as text, beside what the Collector made of the same values.</summary>
public sealed class AnyValueTextTests
{
    private readonly TextCounters counters = new();
    private readonly AnyValueText text;

    public AnyValueTextTests() => text = new AnyValueText(counters);

    /// <summary>Span name in the case <c>attribute-kinds</c>, and the label <c>custom</c> that the connector made of it.</summary>
    public static TheoryData<string, string> GoldenTexts => new()
    {
        { "k-string", "GET" },
        { "k-empty", "" },
        { "k-true", "true" },
        { "k-false", "false" },
        { "k-int", "200" },
        { "k-negint", "-7" },
        { "k-minint", "-9223372036854775808" },
        { "k-double", "0.1" },
        { "k-whole", "3" },
        { "k-big", "1e+21" },
        { "k-small", "1e-7" },
        { "k-nan", "NaN" },
        { "k-inf", "Infinity" },
        { "k-ninf", "-Infinity" },
        { "k-negzero", "-0" },
        { "k-third", "0.3333333333333333" },
        { "k-bytes", "AP9hYmM=" },
        { "k-array", "[\"a\",1,true,0.5,null]" },
        { "k-emptyarray", "[]" },
        { "k-map", "{\"a\":\"x\",\"b\":1,\"c\":[1,{\"z\":null}]}" },
        { "k-emptymap", "{}" },
        { "k-unset", "" },
        { "k-float32ish", "16777216" },
        { "k-e5", "123456789.5" },
        { "k-exp", "1.5e+300" },
    };

    [Theory]
    [MemberData(nameof(GoldenTexts))]
    public void A_value_reads_as_the_connector_prints_it(string spanName, string expected)
    {
        ExportTraceServiceRequest request = ExportTraceServiceRequest.Parser.ParseFrom(RequestFixtures.EdgeCases()["attribute-kinds"]);
        Span span = request.ResourceSpans.SelectMany(all => all.ScopeSpans).SelectMany(scope => scope.Spans)
            .Single(candidate => candidate.Name == spanName);
        Assert.Equal(expected, Text(span.Attributes.Single(attribute => attribute.Key == "custom").Value ?? new AnyValue()));
    }

    [Fact]
    public void All_values_of_the_golden_case_are_in_the_table()
    {
        ExportTraceServiceRequest request = ExportTraceServiceRequest.Parser.ParseFrom(RequestFixtures.EdgeCases()["attribute-kinds"]);
        IEnumerable<string> names = request.ResourceSpans.SelectMany(all => all.ScopeSpans).SelectMany(scope => scope.Spans)
            .Select(span => span.Name);
        Assert.Equal(GoldenTexts.Select(row => row.Data.Item1).Order(), names.Order());
    }

    [Fact]
    public void Kinds_of_scalars_are_kept_and_all_else_is_text()
    {
        Assert.Equal(TextKind.String, Kind(new AnyValue { StringValue = "a" }));
        Assert.Equal(TextKind.Absent, Kind(new AnyValue { StringValue = "" }));
        Assert.Equal(TextKind.Absent, Kind(new AnyValue()));
        Assert.Equal(TextKind.Bool, Kind(new AnyValue { BoolValue = false }));
        Assert.Equal(TextKind.Int, Kind(new AnyValue { IntValue = 0 }));
        Assert.Equal(TextKind.Double, Kind(new AnyValue { DoubleValue = 0 }));
        Assert.Equal(TextKind.String, Kind(new AnyValue { BytesValue = ByteString.CopyFrom(1) }));
        Assert.Equal(TextKind.Absent, Kind(new AnyValue { BytesValue = ByteString.Empty }));
        Assert.Equal(TextKind.String, Kind(Array()));
        Assert.Equal(TextKind.String, Kind(Map()));
        Assert.Equal(TextKind.Absent, Kind(new AnyValue { StringValueStrindex = 3 }));
    }

    [Fact]
    public void The_last_member_of_a_oneof_counts()
    {
        Assert.Equal("5", Text([0x0A, 1, (byte)'a', 0x18, 5]));
        Assert.Equal("a", Text([0x18, 5, 0x0A, 1, (byte)'a']));
        Assert.Equal("", Text([0x0A, 1, (byte)'a', 0x40, 5]));
    }

    [Fact]
    public void Unknown_fields_beside_the_value_change_nothing() =>
        Assert.Equal("5", Text([0xA0, 0x06, 1, 0x18, 5, 0xA2, 0x06, 1, 0]));

    [Fact]
    public void Strings_inside_arrays_are_escaped_as_Go_does()
    {
        string odd = "\"\\\b\f\n\r\t\u0000\u001F\u007F</>&\u2028\u2029\u00E9\U0001F600";
        Assert.Equal(
            "[\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\u007F</>&\\u2028\\u2029\u00E9\U0001F600\"]",
            Text(Array(new AnyValue { StringValue = odd })));
    }

    [Fact]
    public void Keys_of_a_map_are_sorted_by_bytes_and_the_last_of_a_key_counts()
    {
        AnyValue map = Map(("b", 1), ("a", 2), ("\uFF5E", 3), ("\U0001F600", 4), ("B", 5), ("a", 6), ("", 7));
        Assert.Equal("{\"\":7,\"B\":5,\"a\":6,\"b\":1,\"\uFF5E\":3,\"\U0001F600\":4}", Text(map));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void A_number_that_JSON_does_not_have_makes_the_whole_value_absent(double number)
    {
        AnyValue odd = new() { DoubleValue = number };
        Assert.Equal(TextKind.Absent, Kind(Array(new AnyValue { IntValue = 1 }, odd)));
        AnyValue map = Map(("a", 1));
        map.KvlistValue.Values.Add(new KeyValue { Key = "z", Value = Array(odd) });
        Assert.Equal("", Text(map));
        Assert.Equal(0, counters.Malformed);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(60, false)]
    [InlineData(64, false)]
    [InlineData(65, true)]
    [InlineData(200, true)]
    [InlineData(3000, true)]
    public void Values_deeper_than_64_levels_are_cut_and_counted(int depth, bool cut)
    {
        byte[] value = new AnyValue { StringValue = "x" }.ToByteArray();
        for (int level = 0; level < depth; level++)
        {
            value = Field(5, Field(1, value));
        }

        int shown = Math.Min(depth, AnyValueText.MaxDepth);
        Assert.Equal($"{new string('[', shown)}{(cut ? "\"…\"" : "\"x\"")}{new string(']', shown)}", Text(value));
        Assert.Equal(cut ? 1 : 0, counters.TooDeep);
    }

    [Fact]
    public void Invalid_text_is_mended_and_counted()
    {
        Assert.Equal("a\uFFFDb", Text([0x0A, 3, (byte)'a', 0xFF, (byte)'b']));
        Assert.Equal(1, counters.InvalidUtf8);
        Assert.Equal("\uFFFD", Text([0x0A, 3, 0xF0, 0x9F, 0x98]));
        Assert.Equal(2, counters.InvalidUtf8);
    }

    [Fact]
    public void Invalid_text_inside_an_array_is_escaped_byte_by_byte_and_counted()
    {
        Assert.Equal("[\"a\\ufffd\\ufffd\"]", Text(Field(5, Field(1, [0x0A, 3, (byte)'a', 0xF0, 0x9F]))));
        Assert.Equal(1, counters.InvalidUtf8);
        Assert.Equal("{\"\\ufffd\":1}", Text(Field(6, Field(1, [0x0A, 1, 0xFF, 0x12, 2, 0x18, 1]))));
        Assert.Equal(2, counters.InvalidUtf8);
    }

    [Theory]
    [InlineData(new byte[] { 0x0A, 5, 1 })]
    [InlineData(new byte[] { 0x08, 5 })]
    [InlineData(new byte[] { 0x2A, 2, 0x0A, 5 })]
    [InlineData(new byte[] { 0x2A, 3, 0x0A, 1, 0x0A })]
    [InlineData(new byte[] { 0x32, 2, 0x0A, 5 })]
    [InlineData(new byte[] { 0x32, 3, 0x0A, 1, 0x0A })]
    [InlineData(new byte[] { 0x32, 5, 0x0A, 3, 0x12, 1, 0x0A })]
    public void Bytes_that_are_no_value_are_absent_and_counted_once(byte[] value)
    {
        Assert.Equal("", Text(value));
        Assert.Equal(1, counters.Malformed);
    }

    [Fact]
    public void Damaged_values_are_valid_text_or_absent()
    {
        Random random = Seeded.Random(31);
        RequestGenerator generator = new(random);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] value = (generator.Value(4) ?? new AnyValue()).ToByteArray();
            if (value.Length is 0 or > 3_000)
            {
                continue;
            }

            value[random.Next(value.Length)] = (byte)random.Next(256);
            value[random.Next(value.Length)] ^= (byte)(1 << random.Next(8));
            long malformed = counters.Malformed;
            Assert.True(Text(value).Length == 0 || counters.Malformed == malformed, "a text of what is malformed");
        }
    }

    private static AnyValue Array(params AnyValue[] values) => new() { ArrayValue = new ArrayValue { Values = { values } } };

    private static AnyValue Map(params (string Key, int Value)[] pairs) => new()
    {
        KvlistValue = new KeyValueList
        {
            Values = { pairs.Select(pair => new KeyValue { Key = pair.Key, Value = new AnyValue { IntValue = pair.Value } }) },
        },
    };

    private static byte[] Field(int number, byte[] content)
    {
        using MemoryStream bytes = new();
        using (CodedOutputStream output = new(bytes, leaveOpen: true))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return bytes.ToArray();
    }

    private TextKind Kind(AnyValue value) => text.Write(value.ToByteArray(), new ArrayBufferWriter<byte>());

    private string Text(AnyValue value) => Text(value.ToByteArray());

    /// <summary>The text; empty if the value counts as absent.</summary>
    private string Text(byte[] value)
    {
        ArrayBufferWriter<byte> output = new();
        UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        TextKind kind = text.Write(value, output);
        string written = strict.GetString(output.WrittenSpan);
        Assert.True(kind != TextKind.Absent || written.Length == 0, "text without a kind");
        return written;
    }
}
