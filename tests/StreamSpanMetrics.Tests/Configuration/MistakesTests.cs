using StreamSpanMetrics.Configuration;

namespace StreamSpanMetrics.Tests.Configuration;

/// <summary>Whole output for files with mistakes: one golden text beside each file in Files/mistakes.</summary>
public sealed class MistakesTests
{
    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(SettingsFiles.PathOf("mistakes"), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void All_problems_are_reported_at_once_by_line(string name)
    {
        string text = SettingsFiles.Read($"mistakes/{name}.yaml");

        ConfigurationResult result = ConfigurationLoader.Load(
            text, name + ".yaml", variable => variable == "SECRET" ? "hunter2" : null);

        Assert.Null(result.Settings);
        Assert.Equal(SettingsFiles.Read($"mistakes/{name}.txt"), SettingsFiles.Text(result.Problems));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_problem_shows_a_secret(string name)
    {
        ConfigurationResult result = ConfigurationLoader.Load(SettingsFiles.Read($"mistakes/{name}.yaml"), "f", _ => "hunter2");

        Assert.NotEmpty(result.Problems);
        Assert.DoesNotContain("hunter2", SettingsFiles.Text(result.Problems), StringComparison.Ordinal);
    }
}
