using System.Text;
using System.Text.Json;
using StreamSpanMetrics.Benchmarks.Corpora;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Otlp.Json;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Benchmarks.Fuzzing;

/// <summary>
/// Records of a span topic in OTLP JSON: what is read becomes a record without a fault, of bounded length; what System.Text.Json's reader
/// refuses is refused.
/// </summary>
internal sealed class JsonTarget : IFuzzTarget
{
    private const int JudgeDepth = 100_000;
    private const int ClearEvery = 1000;

    private static readonly string[] Samples =
    [
        """{"resource_spans":[null,{"scopeSpans":[{"spans":[{"kind":"SPAN_KIND_SERVER","status":{"code":"STATUS_CODE_ERROR"},"flags":1}]}]}]}""",
        """{"a":[{"b":[1,-0.5e+3,true,null,"\ud83d\ude00\n"]}],"resourceSpans":[{"resource":{"entityRefs":[{"idKeys":["a"]}]}}]}""",
        """{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"arrayValue":{"values":[{"doubleValue":"NaN"}]}}},"""
            + """{"key":"odd","value":{"kvlistValue":{"values":[{"key":"k","value":{"bytesValue":"AQI="}}]}}}]}}]}""",
    ];

    private readonly TraceJsonTranscoder transcoder = new();
    private readonly RecordFolder folder = new(new SpanRules { Dimensions = [new DimensionRule("odd")], EventsEnabled = true });
    private int records;

    /// <inheritdoc/>
    public string Name => "json";

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. Samples.Select(Encoding.UTF8.GetBytes), .. new CorpusGenerator(CorpusShape.ForSeries(50, 3, 60)).Records().Select(JsonRequest.Of),
    ];

    /// <inheritdoc/>
    public string Feed(byte[] input)
    {
        DecodeProblem problem = transcoder.Transcode(input);
        bool isRefused = problem.Exists;
        // Any other cause may be found before the text goes wrong.
        if (problem.Cause is DecodeCause.None or DecodeCause.IllegalJson && isRefused == IsJson(input))
        {
            throw new InvalidOperationException($"System.Text.Json is of another opinion than: {problem}");
        }

        if (isRefused)
        {
            return $"{problem.Cause} {Rough(problem.Position)}";
        }

        if (transcoder.Record.Length > (2 * input.Length) + 1)
        {
            throw new InvalidOperationException($"{input.Length} bytes became {transcoder.Record.Length}");
        }

        problem = folder.Fold(transcoder.Record);
        if (problem.Exists)
        {
            throw new InvalidOperationException($"The record that was made is broken: {problem}");
        }

        string answer = $"{Rough(folder.Staged.Spans)} {Rough(folder.Staged.Events)} {Rough(transcoder.Record.Length)}";
        if (++records % ClearEvery == 0)
        {
            folder.ClearTables();
        }

        return answer;
    }

    private static int Rough(int count) => count == 0 ? 0 : (int)Math.Log2(count) + 1;

    private static bool IsJson(byte[] input)
    {
        Utf8JsonReader reader = new(input, new JsonReaderOptions { MaxDepth = JudgeDepth });
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
