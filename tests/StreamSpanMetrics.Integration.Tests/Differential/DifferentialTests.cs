using System.Globalization;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing.Golden;

namespace StreamSpanMetrics.Integration.Tests.Differential;

/// <summary>
/// Settings and spans made up at random give the same points here and in the real connector. A dozen cases; tests/differential.sh runs any
/// number from any seed.
/// </summary>
public sealed class DifferentialTests(CollectorFixture collector)
{
    private const int DefaultCases = 12;
    private const int DefaultSeed = 1;
    private const int CasesAtOnce = 12;
    private const double SumTolerance = 1e-9;

    [Fact]
    public async Task Random_settings_and_spans_give_what_the_connector_gives()
    {
        CollectorProgram program = await collector.RequireAsync();
        int first = Number("DIFFERENTIAL_SEED", DefaultSeed);
        int count = Number("DIFFERENTIAL_CASES", DefaultCases);
        List<string> failures = [];
        foreach (DifferentialCase[] cases in Enumerable.Range(first, count).Select(seed => new DifferentialCase(seed)).Chunk(CasesAtOnce))
        {
            await using RealConnector real = new(program, cases);
            string[] totals = await Task.WhenAll(cases.Select((given, at) => real.TotalsAsync(at, given)));
            for (int at = 0; at < cases.Length; at++)
            {
                if (Difference(cases[at], totals[at]) is string difference)
                {
                    failures.Add($"tests/differential.sh 1 {cases[at].Seed} repeats it: {cases[at].Connector}\n{difference}");
                }
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{count} cases from seed {first}, {failures.Count} differ");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    private static string? Difference(DifferentialCase given, string expectedJson)
    {
        // A value's kind is the first span's there, and what all spans agree on here: compared without it.
        GoldenPoints reader = new() { FoldsAll = true };
        return Comparison.Difference(reader.Read(expectedJson), reader.Read(Compute(given)), SumTolerance);
    }

    private static string Compute(DifferentialCase given)
    {
        ConfigurationResult read = ConfigurationLoader.Load(
            $"connectors: {{span_metrics: {{resource_metrics_key_attributes: ['*'], {given.Connector[1..]}}}", "case.yaml", _ => null);
        Assert.True(read.Settings is not null, $"{given.Connector}\n{string.Join('\n', read.Problems)}");
        TotalsComputation computation = new(read.Settings);
        foreach (byte[] value in given.Values)
        {
            Assert.False(computation.Add(value).Exists);
        }

        computation.Complete();
        using StringWriter output = new();
        computation.WriteOtlpJson(output);
        return output.ToString();
    }

    private static int Number(string variable, int fallback) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
