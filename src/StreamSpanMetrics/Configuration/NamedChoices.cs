namespace StreamSpanMetrics.Configuration;

/// <summary>A list of names, each of which stands for one of several choices and may stand there once.</summary>
internal static class NamedChoices
{
    /// <summary>Reads the list below <paramref name="key"/>.</summary>
    /// <param name="reader">The mapping that has the key, or not.</param>
    /// <param name="key">The key.</param>
    /// <param name="what">What a choice is called in messages.</param>
    /// <param name="names">Names of all choices.</param>
    /// <returns>Places of the names in <paramref name="names"/>, in the order of the list; empty without the key.</returns>
    public static IReadOnlyList<int> Read(MappingReader reader, string key, string what, IReadOnlyList<string> names)
    {
        List<int> chosen = [];
        foreach (SettingNode node in reader.TextNodes(key))
        {
            int known = names.ToList().IndexOf(node.Text);
            if (known < 0)
            {
                reader.Error(node, key, $"there is no {what} '{node.Shown}'", Suggestion.For(node.Text, [.. names]));
            }
            else if (chosen.Contains(known))
            {
                reader.Error(node, key, $"'{node.Shown}' stands twice in the list", "remove one of them");
            }
            else
            {
                chosen.Add(known);
            }
        }

        return chosen;
    }
}
