namespace StreamSpanMetrics.Configuration;

/// <summary>Finds what a mistyped word was meant to be.</summary>
internal static class Suggestion
{
    private const int MaxListed = 12;

    /// <summary>A hint with the likely word, or with all words if they are few; null if neither helps.</summary>
    public static string? For(string word, IReadOnlyCollection<string> candidates)
    {
        string? nearest = Nearest(word, candidates);
        if (nearest is not null)
        {
            return $"did you mean '{nearest}'?";
        }

        if (candidates.Count is 0 or > MaxListed)
        {
            return null;
        }

        return "possible here: " + string.Join(", ", candidates.Order(StringComparer.Ordinal));
    }

    /// <summary>The candidate that differs least, by at most a third of the word's letters; null if none is that near.</summary>
    public static string? Nearest(string word, IReadOnlyCollection<string> candidates)
    {
        string? nearest = null;
        int best = Math.Max(1, word.Length / 3) + 1;
        foreach (string candidate in candidates.Order(StringComparer.Ordinal))
        {
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < best)
            {
                best = distance;
                nearest = candidate;
            }
        }

        return nearest;
    }

    // Letters inserted, removed, changed or swapped with their neighbour (optimal string alignment).
    private static int Distance(string left, string right)
    {
        int[,] distances = new int[left.Length + 1, right.Length + 1];
        for (int row = 0; row <= left.Length; row++)
        {
            for (int column = 0; column <= right.Length; column++)
            {
                distances[row, column] = row == 0 ? column : column == 0 ? row : Cell(distances, left, right, row, column);
            }
        }

        return distances[left.Length, right.Length];
    }

    private static int Cell(int[,] distances, string left, string right, int row, int column)
    {
        int change = left[row - 1] == right[column - 1] ? 0 : 1;
        int distance = Math.Min(distances[row - 1, column] + 1, distances[row, column - 1] + 1);
        distance = Math.Min(distance, distances[row - 1, column - 1] + change);
        bool swapped = row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1];
        return swapped ? Math.Min(distance, distances[row - 2, column - 2] + 1) : distance;
    }
}
