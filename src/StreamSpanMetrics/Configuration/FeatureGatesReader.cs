using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// Feature gates as the Collector's option <c>--feature-gates</c> takes them: names, with a minus in front to turn one off and, or not, a
/// plus to turn it on.
/// </summary>
internal static class FeatureGatesReader
{
    // Gates of the Collector that change nothing here, with the reason.
    private static readonly Dictionary<string, string> WithoutEffect = new()
    {
        [FeatureGates.CollectorInstanceId] = "every series has one writer, which no label has to name",
        [FeatureGates.SendingRemoteWrite2] = "remote write 2.0 needs no gate",
    };

    /// <summary>Reads the list below <paramref name="key"/> and returns the gates that are on.</summary>
    public static IReadOnlyList<FeatureGate> Read(MappingReader reader, string key)
    {
        HashSet<string> named = [];
        List<FeatureGate> on = [];
        foreach (SettingNode node in reader.TextNodes(key))
        {
            bool off = node.Text.StartsWith('-');
            string name = off || node.Text.StartsWith('+') ? node.Text[1..] : node.Text;
            int known = FeatureGates.Names.ToList().IndexOf(name);
            if (known < 0 && !WithoutEffect.ContainsKey(name))
            {
                reader.Error(
                    node, key, $"there is no feature gate '{node.Shown}'",
                    Suggestion.For(name, [.. FeatureGates.Names, .. WithoutEffect.Keys]));
            }
            else if (!named.Add(name))
            {
                reader.Error(node, key, $"'{node.Shown}' stands twice in the list", "remove one of them");
            }
            else if (known >= 0 && !off)
            {
                on.Add((FeatureGate)known);
            }
            else if (known < 0 && !off)
            {
                reader.Context.Problems.Warning(
                    node, reader.PathOf(key), $"'{node.Shown}' has no effect: {WithoutEffect[name]}", "remove it");
            }
        }

        return on;
    }
}
