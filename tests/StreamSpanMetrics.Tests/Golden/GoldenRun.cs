using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Testing;
using StreamSpanMetrics.Tests.Configuration;

namespace StreamSpanMetrics.Tests.Golden;

/// <summary>What <c>compute</c> makes of a corpus.</summary>
internal static class GoldenRun
{
    private const string GatesComment = "# feature gates:";

    /// <summary>The settings of a case, with the Collector's resource identity unless the case sets its own, and with its feature gates.</summary>
    public static ProcessorSettings Settings(GoldenCase golden)
    {
        string yaml = golden.SettingsYaml;
        if (golden.Settings == "delta")
        {
            // Remote write cannot hold deltas, and together they are refused.
            yaml = yaml[..yaml.IndexOf("exporters:", StringComparison.Ordinal)];
        }

        string first = yaml[..yaml.IndexOf('\n', StringComparison.Ordinal)];
        string gates = first.StartsWith(GatesComment, StringComparison.Ordinal) ? first[GatesComment.Length..] : "";
        ProcessorSettings settings = SettingsFiles.Settings($"{yaml}\nstream: {{feature_gates: [{gates}]}}\n");
        return settings.Connector.ResourceMetricsKeyAttributes.Count > 0
            ? settings
            : settings with { Connector = settings.Connector with { ResourceMetricsKeyAttributes = ["*"] } };
    }

    /// <summary>The totals of <paramref name="requests"/> as OTLP JSON.</summary>
    public static string OtlpJson(ProcessorSettings settings, IEnumerable<byte[]> requests)
    {
        using StringWriter output = new();
        Complete(settings, requests).WriteOtlpJson(output);
        return output.ToString();
    }

    /// <summary>The totals of <paramref name="requests"/> as OpenMetrics text.</summary>
    public static string OpenMetrics(ProcessorSettings settings, IEnumerable<byte[]> requests)
    {
        using StringWriter output = new();
        Complete(settings, requests).WriteOpenMetrics(output);
        return output.ToString();
    }

    /// <summary>All of <paramref name="requests"/> counted.</summary>
    public static TotalsComputation Complete(ProcessorSettings settings, IEnumerable<byte[]> requests, long? spansPerCut = null)
    {
        TotalsComputation computation = spansPerCut is null ? new(settings) : new(settings, spansPerCut.Value);
        foreach (byte[] request in requests)
        {
            Assert.False(computation.Add(request).Exists);
        }

        computation.Complete();
        return computation;
    }

    /// <summary>Both outputs of a computation, one behind the other.</summary>
    public static string Outputs(TotalsComputation computation)
    {
        using StringWriter output = new();
        computation.WriteOtlpJson(output);
        computation.WriteOpenMetrics(output);
        return output.ToString();
    }
}
