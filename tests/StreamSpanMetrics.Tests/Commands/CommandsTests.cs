using System.CommandLine;
using System.Text.Json;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Tests.Configuration;

namespace StreamSpanMetrics.Tests.Commands;

public sealed class CommandsTests : IDisposable
{
    private readonly StringWriter output = new() { NewLine = "\n" };
    private readonly StringWriter error = new() { NewLine = "\n" };

    public void Dispose()
    {
        output.Dispose();
        error.Dispose();
    }

    [Fact]
    public async Task Validate_of_a_good_file_prints_warnings_and_ends_with_0()
    {
        string file = SettingsFiles.PathOf("article.yaml");

        Assert.Equal(0, await Run("validate", "--config", file));
        Assert.StartsWith($"{file}:2:1: warning: receivers: no Kafka receiver", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\nok: 0 errors, 4 warnings\n", output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task Validate_of_a_bad_file_ends_with_78()
    {
        string file = SettingsFiles.PathOf("mistakes/count.yaml");

        Assert.Equal(78, await Run("validate", "-c", file));
        Assert.EndsWith(
            $"{file}:15:68: error: exporters.prometheusremotewrite.tiemout: there is no such key\n"
                + "    hint: did you mean 'timeout'?\n"
                + $"{file}:17:3: warning: stream.presets: has no effect here: presets are dimensions of span_metrics, and the connector is count\n"
                + "not usable: 14 errors, 4 warnings\n",
            output.ToString());
    }

    [Fact]
    public async Task Validate_answers_in_JSON()
    {
        Assert.Equal(78, await Run("validate", "--config", SettingsFiles.PathOf("mistakes/count.yaml"), "--output", "json"));

        using JsonDocument document = JsonDocument.Parse(output.ToString());
        Assert.False(document.RootElement.GetProperty("valid").GetBoolean());
        JsonElement problem = document.RootElement.GetProperty("problems")[16];
        Assert.Equal(15, problem.GetProperty("line").GetInt32());
        Assert.Equal("error", problem.GetProperty("severity").GetString());
        Assert.Equal("did you mean 'timeout'?", problem.GetProperty("hint").GetString());
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("print-config")]
    public async Task A_missing_file_is_an_error_without_a_stack_trace(string command)
    {
        Assert.Equal(78, await Run(command, "--config", "/no/such/file.yaml"));
        string text = output.ToString() + error;
        Assert.Contains("/no/such/file.yaml: error: there is no such file", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_no_settings_file()
    {
        Assert.Equal(78, await Run("validate", "--config", SettingsFiles.Folder));
        Assert.Contains("could not be read", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Print_config_writes_settings_to_output_and_problems_to_error()
    {
        Assert.Equal(0, await Run("print-config", "--config", SettingsFiles.PathOf("article.yaml")));
        Assert.Contains("metrics_flush_interval: 3s\n", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("warning: receivers.otlp", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(SettingsFiles.Load(output.ToString()).Problems);
    }

    [Fact]
    public async Task Print_config_of_a_bad_file_prints_no_settings()
    {
        Assert.Equal(78, await Run("print-config", "--config", SettingsFiles.PathOf("mistakes/count.yaml")));
        Assert.Equal("", output.ToString());
        Assert.Contains("connectors.count", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_prints_one_line()
    {
        Assert.Equal(0, await Run("version"));
        Assert.Matches("^spanmetrics [0-9]+\\.[0-9]+\\.[0-9]+", output.ToString());
    }

    [Theory]
    [InlineData("validate")]
    [InlineData("vlidate")]
    [InlineData("validate", "--config", "x", "--output", "xml")]
    [InlineData("version", "--what")]
    public async Task A_wrong_command_line_ends_with_1(params string[] args)
    {
        Assert.Equal(1, await Run(args));
        Assert.NotEqual("", error.ToString());
    }

    [Fact]
    public async Task What_nobody_foresaw_ends_with_4_and_says_so()
    {
        Command broken = new("broken");
        broken.SetAction(int (ParseResult _) => throw new InvalidOperationException("a fault"));

        Assert.Equal(4, await CommandLine.RunAsync(new RootCommand { broken }, ["broken"], output, error));
        Assert.Contains("a fault", error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> Run(params string[] args)
    {
        RootCommand root = new() { ValidateCommand.Create(_ => null), PrintConfigCommand.Create(_ => null), VersionCommand.Create() };
        return CommandLine.RunAsync(root, args, output, error);
    }
}
