using StreamSpanMetrics.Configuration;

namespace StreamSpanMetrics.Tests.Configuration;

public sealed class YamlDocumentReaderTests
{
    [Fact]
    public void Nodes_know_their_line_and_column()
    {
        SettingNode root = Read("a:\n  b: [x,\n    {c: y}]\n");

        SettingEntry entry = root.Find("a")!.Value.Find("b")!;
        Assert.Equal((2, 3), (entry.Key.Line, entry.Key.Column));
        Assert.Equal((2, 6), (entry.Value.Line, entry.Value.Column));
        SettingNode inner = entry.Value.Items[1].Find("c")!.Value;
        Assert.Equal((3, 9, "y"), (inner.Line, inner.Column, inner.Text));
    }

    [Fact]
    public void An_alias_is_its_anchor_and_a_merge_key_yields_to_own_keys()
    {
        SettingNode root = Read("base: &base {a: 1, b: 2}\nsame: *base\nmerged: {<<: *base, b: 3, c: 4}\nboth: {<<: [{a: 9}, *base]}\n");

        Assert.Same(root.Find("base")!.Value, root.Find("same")!.Value);
        Assert.Equal("b=3 c=4 a=1", Flat(root.Find("merged")!.Value));
        Assert.Equal("a=9 b=2", Flat(root.Find("both")!.Value));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("~", true)]
    [InlineData("null", true)]
    [InlineData("\"\"", false)]
    [InlineData("'null'", false)]
    [InlineData("!!str null", false)]
    [InlineData("nil", false)]
    public void Nothing_is_told_from_a_text(string value, bool isNull)
    {
        Assert.Equal(isNull, Read("a: " + value).Find("a")!.Value.Kind == SettingKind.Null);
    }

    [Theory]
    [InlineData("a: 1\nb: 2\na: 3", "f:3:1: error: a: this key stands twice in the same mapping")]
    [InlineData("x:\n  a: 1\n  a: 3", "f:3:3: error: x.a: this key stands twice in the same mapping")]
    [InlineData("a: {<<: 1}", "f:1:5: error: a.<<: merges a mapping or a list of mappings, not a single value")]
    [InlineData("? [a]\n: 1", "f:1:3: error: a key must be a single value, not a list")]
    [InlineData("a: 1\n---\nb: 2", "f:2:1: error: a second YAML document; only one is read")]
    public void Odd_documents_are_problems_with_a_place(string text, string problem)
    {
        ProblemList problems = new("f");
        YamlDocumentReader.Read(text, problems);

        Assert.Equal(problem, Assert.Single(problems.Sorted()).ToString());
    }

    [Theory]
    [InlineData("a: *b")]
    [InlineData("a: &a [*a]")]
    [InlineData("a: [1")]
    [InlineData("a: 'x")]
    [InlineData("a: b: c")]
    [InlineData("a:\n\tb: 1")]
    [InlineData("%YAML 9.9\n---\na")]
    public void What_is_no_YAML_is_one_problem_with_a_place(string text)
    {
        ProblemList problems = new("f");

        Assert.Null(YamlDocumentReader.Read(text, problems));
        ConfigurationProblem problem = Assert.Single(problems.Sorted());
        Assert.StartsWith("not valid YAML", problem.Message, StringComparison.Ordinal);
        Assert.InRange(problem.Line, 1, 3);
    }

    [Fact]
    public void Endless_nesting_is_a_problem()
    {
        ProblemList problems = new("f");

        Assert.Null(YamlDocumentReader.Read(new string('[', 100_000), problems));
        Assert.Contains("levels deep", Assert.Single(problems.Sorted()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_text_makes_the_loader_fail()
    {
        const int Seed = 20261124;
        Random random = new(Seed);
        string[] names = ["article.yaml", "every-key.yaml", "collector-keys.yaml", "mistakes/components.yaml", "mistakes/path.yaml"];
        const string Letters = "{}[]:,-&*!|>'\"%@`#?~$<\n\t \0é\u2028${env:}";
        for (int round = 0; round < 400; round++)
        {
            char[] text = SettingsFiles.Read(names[round % names.Length]).ToCharArray();
            for (int change = random.Next(1, 6); change > 0; change--)
            {
                text[random.Next(text.Length)] = Letters[random.Next(Letters.Length)];
            }

            string mutated = new(text, 0, random.Next(8) == 0 ? random.Next(text.Length) : text.Length);
            ConfigurationResult? result = null;
            Exception? thrown = Record.Exception(() => result = SettingsFiles.Load(mutated));

            Assert.True(thrown is null, $"seed {Seed}, round {round}: {thrown}\n{mutated}");
            Assert.Equal(result!.Settings is null, result.Problems.Any(problem => problem.Severity == ProblemSeverity.Error));
        }
    }

    private static string Flat(SettingNode mapping) => string.Join(
        ' ', mapping.Entries.Select(entry => entry.Key.Text + "=" + entry.Value.Text));

    private static SettingNode Read(string text)
    {
        ProblemList problems = new("f");
        SettingNode? root = YamlDocumentReader.Read(text, problems);
        Assert.Empty(problems.Sorted());
        return root!;
    }
}
