using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Conformance;

/// <summary>
/// docs/conformance.md says case by case where we do what the connector does: it is written from cases.txt, and every proof in it is a test.
/// </summary>
public sealed class ConformanceTests
{
    private const string Cases = "tests/StreamSpanMetrics.Tests/Conformance/cases.txt";
    private const string Report = "docs/conformance.md";
    private const string WriteVariable = "SPANMETRICS_WRITE_DOCS";
    private const int LastCase = 77;

    private const string Head = """
        # Beside the Collector's connector

        <!-- Written from tests/StreamSpanMetrics.Tests/Conformance/cases.txt. To rewrite it: SPANMETRICS_WRITE_DOCS=1 dotnet test -->

        What `span_metrics` of v0.158 does, case by case, and what StreamSpanMetrics does. `different` is on purpose; the README's table
        has the differences by subject. Besides these cases, the points for captured and hand-made spans under the settings below are
        compared with what the real connector and its remote-write exporter gave, and `tests/differential.sh` compares random settings
        and spans with a real Collector beside it.


        """;

    private static readonly string[] Verdicts = ["equal", "different", "missing", "absent"];

    private readonly IReadOnlyList<ConformanceCase> cases = ConformanceCase.Read(RepositoryFile.Read(Cases));

    [Fact]
    public void Every_case_has_a_verdict_and_every_difference_a_reason()
    {
        Assert.Equal(Enumerable.Range(1, LastCase), cases.Select(one => one.Number));
        Assert.All(cases, one => Assert.Contains(one.Verdict, Verdicts));
        Assert.All(cases, one => Assert.True(one.Verdict == "equal" ? one.Proofs.Count > 0 : one.Why.Length > 0, $"case {one.Number}"));
    }

    [Fact]
    public void Every_proof_is_a_test()
    {
        Dictionary<string, string> sources = Directory
            .EnumerateFiles(Path.GetDirectoryName(RepositoryFile.PathOf("tests/chaos.sh"))!, "*Tests.cs", SearchOption.AllDirectories)
            .GroupBy(path => Path.GetFileNameWithoutExtension(path))
            .ToDictionary(files => files.Key, files => string.Concat(files.Select(File.ReadAllText)));
        foreach (string proof in cases.SelectMany(one => one.Proofs))
        {
            string[] names = proof.Split('.');
            Assert.True(names.Length == 2 && sources.ContainsKey(names[0]), $"{Cases}: there is no test class for {proof}");
            Assert.True(Test(names[1]).IsMatch(sources[names[0]]), $"{Cases}: there is no test {proof}");
        }
    }

    [Fact]
    public void The_report_is_that_of_the_cases()
    {
        string report = Text();
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(RepositoryFile.PathOf(Report), report);
        }

        Assert.Equal(report, RepositoryFile.Read(Report).ReplaceLineEndings("\n"));
    }

    private string Text()
    {
        StringBuilder text = new(Head);
        string counts = string.Join(", ", Verdicts.Select(verdict => $"{cases.Count(one => one.Verdict == verdict)} {verdict}"));
        text.Append(CultureInfo.InvariantCulture, $"{counts}.\n\n| # | case | verdict | proof, why |\n|---|---|---|---|\n");
        foreach (ConformanceCase one in cases)
        {
            string proofs = string.Join(", ", one.Proofs.Select(proof => $"`{proof}`"));
            string evidence = string.Join("; ", new[] { proofs, one.Why }.Where(part => part.Length > 0));
            text.Append(CultureInfo.InvariantCulture, $"| {one.Number} | {one.What} | {one.Verdict} | {evidence} |\n");
        }

        text.Append("\n## Captured settings\n\n");
        string compared = string.Join(", ", GoldenCase.All.Select(golden => golden.Settings).Distinct());
        text.Append(CultureInfo.InvariantCulture, $"Equal: {compared}; `default` but for `collector.instance.id`, which no point of ours has.\n");
        return text.ToString();
    }

    private static Regex Test(string method) => new($@"\b(void|Task) {Regex.Escape(method)}\(", RegexOptions.CultureInvariant);
}
